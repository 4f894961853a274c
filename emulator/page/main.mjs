// The emulator's page: asks the emulator what there is, every second, and shows the view that the address names.

import { get } from "./api.mjs";
import { showDeliveries } from "./deliveries.mjs";
import { find } from "./dom.mjs";
import { clearOutcome, reportWatched } from "./outcome.mjs";
import { showRequests } from "./requests.mjs";
import { parseRoute } from "./route.mjs";
import { offerEvents } from "./send.mjs";
import { showEnvironment, showWebhooks } from "./webhooks.mjs";

/** @typedef {import("./api.mjs").Delivery} Delivery */
/** @typedef {import("./api.mjs").LoggedRequest} LoggedRequest */
/** @typedef {import("./api.mjs").Webhook} Webhook */
/** @typedef {import("./api.mjs").WebhookEvent} WebhookEvent */

const POLL_MS = 1000;
/** @type {Record<import("./route.mjs").ViewName, string>} */
const TITLES = { webhooks: "Webhooks", deliveries: "Deliveries", requests: "API requests" };

/** What the emulator last said. @type {{ events: WebhookEvent[], webhooks: Webhook[], deliveries: Delivery[], requests: LoggedRequest[] } | null} */
let known = null;

find("#origin", HTMLElement).textContent = location.origin;
addEventListener("hashchange", () => {
  clearOutcome();
  refresh();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    refresh();
  }
});
poll();

async function poll() {
  if (!document.hidden) {
    await refresh();
  }
  setTimeout(poll, POLL_MS);
}

async function refresh() {
  const offline = find("#offline", HTMLElement);
  try {
    const answer = await ask();
    if (known === null) {
      offerEvents(answer.events);
      showEnvironment(answer.account);
    }
    known = answer;
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
  render();
}

async function ask() {
  const logOpen = parseRoute(location.hash).view === "requests";
  const [events, account, webhooks, deliveries, requests] = await Promise.all([
    get("events"),
    get("account"),
    get("webhooks"),
    get("deliveries"),
    logOpen ? get("requests") : (known?.requests ?? []),
  ]);
  return { events, account, webhooks, deliveries, requests };
}

function render() {
  const route = parseRoute(location.hash);
  document.title = `${TITLES[route.view]} · UP42 emulator`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#/${route.view}`) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  for (const section of document.querySelectorAll("main > section")) {
    section.toggleAttribute("hidden", known === null || section.id !== `${route.view}-view`);
  }
  if (known === null) {
    return;
  }
  const { webhooks, deliveries, requests } = known;
  find("#webhook-count", HTMLElement).textContent = String(webhooks.length);
  find("#delivery-count", HTMLElement).textContent = String(deliveries.length);
  if (route.view === "webhooks") {
    showWebhooks(webhooks, deliveries);
  }
  if (route.view === "deliveries") {
    showDeliveries(known, route);
  }
  if (route.view === "requests") {
    showRequests(requests, route);
  }
  reportWatched(deliveries);
}
