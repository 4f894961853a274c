import { element, find } from "./dom.mjs";
import { href } from "./route.mjs";

/** @typedef {import("./api.mjs").Delivery} Delivery */

const place = find("#outcome", HTMLElement);
/** The deliveries that the user of this page started last, until they end. @type {Set<string>} */
let watched = new Set();

/**
 * Says what comes of the user's last action.
 * @param {string} text
 * @param {{ failed?: boolean, link?: string }} [look]
 */
export function announce(text, { failed = false, link } = {}) {
  // Set again, the same message would be read out again, and its link lose the focus.
  if (place.firstChild?.textContent === text) {
    return;
  }
  place.className = failed ? "bad" : "";
  place.replaceChildren(
    element("span", {}, text),
    ...(link === undefined ? [] : [element("a", { href: link }, "View")]),
  );
}

/** Takes the last message away. */
export function clearOutcome() {
  watched = new Set();
  place.replaceChildren();
}

/**
 * Sends something, and says so until it has ended.
 * @param {() => Promise<Delivery[]>} send
 */
export async function watch(send) {
  announce("Sending…");
  const started = await send();
  watched = new Set(started.map(({ id }) => id));
}

/**
 * Says how the deliveries that the user started are doing.
 * @param {Delivery[]} deliveries
 */
export function reportWatched(deliveries) {
  const own = deliveries.filter(({ id }) => watched.has(id));
  const [first] = own;
  if (first === undefined) {
    return;
  }
  const count = (/** @type {string} */ state) => own.filter((delivery) => delivery.state === state).length;
  const parts = ["delivered", "failed", "pending"].filter(count).map((state) => `${count(state)} ${state}`);
  const events = [...new Set(own.map(({ notification }) => notification.event))].sort().join(", ");
  const sameWebhook = own.every(({ webhookId }) => webhookId === first.webhookId);
  const filters = sameWebhook ? { webhook: first.webhookId } : {};
  const link = own.length === 1 ? href("deliveries", {}, first.id) : href("deliveries", filters);
  announce(`${events}: ${parts.join(", ")}.`, { failed: count("failed") > 0, link });
  if (count("pending") === 0) {
    watched = new Set();
  }
}
