// The emulator's page: asks the emulator what there is, shows it, and sends what its user wants to happen.
// Whatever comes from outside is put into the page as text, never as markup.

/** @typedef {import("../src/deliveries").Delivery} Delivery */
/** @typedef {import("../src/deliveries").DeliveryAttempt} Attempt */
/** @typedef {import("../src/model").WebhookEvent} WebhookEvent */
/** @typedef {{ id: string, name: string, url: string, events: string[], active: boolean, signed: boolean }} Webhook */

const POLL_MS = 1000;
/** Statuses that UP42's own examples act on, by an event's category. */
const STATUSES = new Map([
  ["order", ["FULFILLED", "FAILED PERMANENTLY"]],
  ["job", ["SUCCEEDED", "FAILED", "ERROR", "CANCELLED"]],
]);
const SIGNATURE_HEADERS = ["signature-input", "signature", "digest"];
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

const eventField = byId("event", HTMLSelectElement);
const statusField = byId("status", HTMLInputElement);
const outcome = byId("outcome", HTMLElement);

/** @type {WebhookEvent[]} */
let knownEvents = [];
/** What each delivery's entry shows, and as JSON, to see whether it changed. @type {Map<string, { item: HTMLElement, show: (delivery: Delivery) => void, json: string }>} */
const entries = new Map();
/** The deliveries that this page's user started last, until they end. @type {Set<string>} */
let watched = new Set();
let webhooksShown = "";

byId("origin", HTMLElement).textContent = location.origin;
byId("environment", HTMLElement).textContent =
  `export UP42_API_URL=${location.origin}\nexport UP42_AUTH_URL=${location.origin}\npulumi up`;
eventField.addEventListener("change", suggestStatuses);
byId("trigger", HTMLFormElement).addEventListener("submit", (submission) => {
  submission.preventDefault();
  act(async () => {
    const chosen = statusField.value.trim();
    const started = await call("trigger", {
      event: eventField.value,
      ...(chosen === "" ? {} : { status: chosen }),
    });
    if (started.length === 0)
      throw new Error(`Nothing sent: no active webhook is subscribed to ${eventField.value}.`);
    return started;
  });
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
poll();

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL_MS);
}

async function refresh() {
  try {
    if (knownEvents.length === 0) showEvents(await call("events"));
    const [webhooks, deliveries] = await Promise.all([call("webhooks"), call("deliveries")]);
    showWebhooks(webhooks);
    showDeliveries(deliveries);
    byId("offline", HTMLElement).hidden = true;
  } catch {
    byId("offline", HTMLElement).hidden = false;
  }
}

/**
 * Does what the user asked for and tells how it goes.
 * @param {() => Promise<Delivery[]>} send
 */
async function act(send) {
  tell("Sending…");
  try {
    const started = await send();
    watched = new Set(started.map(({ id }) => id));
    await refresh();
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error), true);
  }
}

/**
 * @param {string} text
 * @param {boolean} [failed]
 */
function tell(text, failed = false) {
  outcome.textContent = text;
  outcome.classList.toggle("failed-text", failed);
}

/** @param {WebhookEvent[]} answer */
function showEvents(answer) {
  knownEvents = answer;
  eventField.replaceChildren(...answer.map(({ name }) => element("option", { text: name })));
  suggestStatuses();
}

function suggestStatuses() {
  const category = knownEvents.find(({ name }) => name === eventField.value)?.category ?? "";
  const suggestions = (STATUSES.get(category) ?? []).map((value) => {
    const option = document.createElement("option");
    option.value = value;
    return option;
  });
  byId("statuses", HTMLDataListElement).replaceChildren(...suggestions);
  statusField.value = "";
}

/** @param {Webhook[]} webhooks */
function showWebhooks(webhooks) {
  const json = JSON.stringify(webhooks);
  if (json === webhooksShown) return;
  webhooksShown = json;
  byId("webhook-count", HTMLElement).textContent = webhooks.length === 0 ? "" : `(${webhooks.length})`;
  byId("no-webhooks", HTMLElement).hidden = webhooks.length > 0;
  byId("webhook-scroll", HTMLElement).hidden = webhooks.length === 0;
  byId("webhooks", HTMLElement).replaceChildren(...webhooks.map(webhookRow));
}

/** @param {Webhook} webhook */
function webhookRow({ id, name, url, events: subscribed, active, signed }) {
  return element(
    "tr",
    {},
    element("td", {}, element("div", { text: name }), element("code", { className: "hint", text: id })),
    element("td", { text: url }),
    element("td", { className: "events" }, ...subscribed.map((event) => element("div", { text: event }))),
    element(
      "td",
      { className: "state" },
      badge(active ? "delivered" : "plain", active ? "active" : "inactive"),
    ),
    element("td", { text: signed ? "signed" : "no secret" }),
  );
}

/** @param {Delivery[]} deliveries Newest first. */
function showDeliveries(deliveries) {
  byId("delivery-count", HTMLElement).textContent = deliveries.length === 0 ? "" : `(${deliveries.length})`;
  byId("no-deliveries", HTMLElement).hidden = deliveries.length > 0;
  const ids = new Set(deliveries.map(({ id }) => id));
  for (const [id, { item }] of entries) {
    if (ids.has(id)) continue;
    item.remove();
    entries.delete(id);
  }
  for (const delivery of deliveries.toReversed()) showDelivery(delivery);
  tellEnd(deliveries.filter(({ id }) => watched.has(id)));
}

/** @param {Delivery} delivery */
function showDelivery(delivery) {
  const json = JSON.stringify(delivery);
  let entry = entries.get(delivery.id);
  if (entry === undefined) {
    entry = { ...createEntry(delivery), json: "" };
    entries.set(delivery.id, entry);
    byId("deliveries", HTMLElement).prepend(entry.item);
  }
  if (entry.json === json) return;
  entry.json = json;
  entry.show(delivery);
}

/**
 * Says how what the user started has ended.
 * @param {Delivery[]} own
 */
function tellEnd(own) {
  if (own.length === 0) return;
  const count = (/** @type {string} */ state) => own.filter((delivery) => delivery.state === state).length;
  const parts = ["delivered", "failed", "pending"].filter(count).map((state) => `${count(state)} ${state}`);
  tell(`${own[0]?.notification.event}: ${parts.join(", ")}.`, count("failed") > 0);
  if (count("pending") === 0) watched = new Set();
}

/**
 * An entry of the list: its details are filled in while they are open, and the button keeps its place and focus.
 * @param {Delivery} delivery
 */
function createEntry({ id, webhookName, notification }) {
  const summary = element("summary");
  const detail = element("div", { className: "detail" });
  const details = element("details", {}, summary, detail);
  const again = element("button", { className: "secondary", text: "Send again" });
  again.type = "button";
  again.setAttribute("aria-label", `Send again: ${notification.event} to ${webhookName}`);
  again.addEventListener("click", () => act(async () => [await call(`deliveries/${id}/repeat`, {})]));
  /** @type {Delivery | undefined} */
  let current;
  const showDetail = () => {
    if (details.open && current !== undefined) detail.replaceChildren(...deliveryDetail(current));
  };
  details.addEventListener("toggle", showDetail);
  return {
    item: element("li", {}, details, again),
    /** @param {Delivery} delivery */
    show: (delivery) => {
      current = delivery;
      summary.replaceChildren(...deliverySummary(delivery));
      showDetail();
    },
  };
}

/** @param {Delivery} delivery */
function deliverySummary({ state, notification, webhookName, createdAt, repeatOf, attempts }) {
  const time = element("time", { text: TIME.format(new Date(createdAt)) });
  time.dateTime = createdAt;
  const last = attempts.at(-1);
  const tries = attempts.length > 1 ? ` (${attempts.length} attempts)` : "";
  const parts = [
    badge(state, state),
    element("code", { text: notification.event }),
    badge("plain", notification.liveMode ? "live" : "test"),
    ...(repeatOf === null ? [] : [badge("plain", "repeat")]),
    element("span", { text: webhookName }),
    time,
    element("span", { className: "where", text: last === undefined ? "under way" : result(last) + tries }),
  ];
  // Spaces keep the parts apart for those who hear or copy them.
  return parts.flatMap((part) => [part, document.createTextNode(" ")]);
}

/** @param {Delivery} delivery */
function deliveryDetail({ url, webhookId, repeatOf, notification, body, attempts }) {
  return [
    facts([
      ["URL", url],
      ["Webhook", webhookId],
      ["Message", notification.messageId],
      ...(repeatOf === null ? [] : [["Repeats", repeatOf]]),
    ]),
    element("h3", { text: "Body" }),
    element("pre", { text: JSON.stringify(JSON.parse(body), null, 2) }),
    ...attempts.flatMap(attemptDetail),
  ];
}

/**
 * @param {Attempt} attempt
 * @param {number} index
 */
function attemptDetail(attempt, index) {
  const headers = facts(Object.entries(attempt.headers), "headers");
  for (const name of headers.querySelectorAll("dt")) {
    name.classList.toggle("signature", SIGNATURE_HEADERS.includes(name.textContent ?? ""));
  }
  const answer = attempt.response?.body ?? "";
  return [
    element("h3", { text: `Attempt ${index + 1}: ${result(attempt)}, ${attempt.durationMs} ms` }),
    element("h4", { text: "Headers sent" }),
    headers,
    ...(answer === "" ? [] : [element("h4", { text: "Answer" }), element("pre", { text: answer })]),
  ];
}

/** @param {Attempt} attempt */
function result({ response, error }) {
  return response === null ? (error ?? "") : `${response.status} ${response.statusText}`.trim();
}

/**
 * @param {string[][]} pairs
 * @param {string} [className]
 */
function facts(pairs, className = "") {
  const children = pairs.flatMap(([name, value]) => [
    element("dt", { text: name ?? "" }),
    element("dd", { text: value ?? "" }),
  ]);
  return element("dl", { className: `facts ${className}` }, ...children);
}

/**
 * @param {string} look
 * @param {string} text
 */
function badge(look, text) {
  return element("span", { className: `badge ${look}`, text });
}

/**
 * The `data` of one of the emulator's answers.
 * @param {string} path
 * @param {object} [body] What to POST; without one it is a GET.
 */
async function call(path, body) {
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`/_emulator/${path}`, body === undefined ? {} : post);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer.data;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{ className?: string, text?: string }} [look]
 * @param {...Node} children
 */
function element(tag, { className, text } = {}, ...children) {
  const made = document.createElement(tag);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

/**
 * An element that the page is known to have.
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${id}`);
  return found;
}
