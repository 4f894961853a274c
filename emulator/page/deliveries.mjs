// The view of the deliveries.

import { createDelivery } from "./delivery.mjs";
import { badge, element, find, time } from "./dom.mjs";
import { clock, nextAttempt, stateLabel, statusOf } from "./format.mjs";
import { createList, showFilter } from "./list.mjs";

/** @typedef {import("./api.mjs").Delivery} Delivery */
/** @typedef {import("./api.mjs").Webhook} Webhook */
/** @typedef {import("./api.mjs").WebhookEvent} WebhookEvent */
/** @typedef {import("./route.mjs").Route} Route */

/** @type {[string, string][]} */
const STATES = [
  ["delivered", "Delivered"],
  ["failed", "Failed"],
  ["pending", "In progress"],
];

const form = find("#deliveries-view .filters", HTMLFormElement);
const showList = createList({
  name: "deliveries",
  noun: { one: "delivery", many: "deliveries" },
  empty:
    "Nothing sent yet. Tests of webhooks and live notifications appear here, with what the receiver answered.",
  gone: "The emulator keeps the newest 1000 deliveries, until it stops.",
  matches: (/** @type {Delivery} */ { webhookId, notification, state }, filters) =>
    accepts(filters.webhook, webhookId) &&
    accepts(filters.event, notification.event) &&
    accepts(filters.status, state),
  view: rowView,
  createRow,
  createDetail: createDelivery,
});

/**
 * @param {{ deliveries: Delivery[], webhooks: Webhook[], events: WebhookEvent[] }} state
 * @param {Route} route
 */
export function showDeliveries({ deliveries, webhooks, events }, route) {
  const { webhook, event, status } = route.filters;
  showFilter(find("[name=webhook]", HTMLSelectElement, form), webhookChoices(webhooks, deliveries), webhook);
  const names = events.map(({ name }) => /** @type {[string, string]} */ ([name, name]));
  showFilter(find("[name=event]", HTMLSelectElement, form), names, event);
  showFilter(find("[name=status]", HTMLSelectElement, form), STATES, status);
  showList(deliveries, route);
}

/**
 * @param {string | undefined} wanted
 * @param {string} value
 */
function accepts(wanted = "", value) {
  return wanted === "" || wanted === value;
}

/**
 * The webhooks that exist, and those whose deliveries do.
 * @param {Webhook[]} webhooks
 * @param {Delivery[]} deliveries
 */
function webhookChoices(webhooks, deliveries) {
  const names = new Map(webhooks.map(({ id, name }) => [id, name]));
  for (const { webhookId, webhookName } of deliveries) {
    if (!names.has(webhookId)) {
      names.set(webhookId, `${webhookName} (deleted)`);
    }
  }
  const all = [...names.values()];
  return [...names].map(([id, name]) => {
    const unique = all.indexOf(name) === all.lastIndexOf(name);
    return /** @type {[string, string]} */ ([id, unique ? name : `${name} · ${id.slice(0, 8)}`]);
  });
}

/** @param {Delivery} delivery */
function rowView(delivery) {
  const { state, notification, webhookName, createdAt, repeatOf, attempts } = delivery;
  const last = attempts.at(-1);
  return {
    ...{ state, webhookName, createdAt },
    label: stateLabel(delivery),
    event: notification.event,
    kind: `${notification.liveMode ? "live" : "test"}${repeatOf === null ? "" : ", repeat"}`,
    status: last === undefined ? "" : statusOf(last),
    attempts: attempts.length,
    reason: last?.reason ?? "",
    next: nextAttempt(delivery),
    time: clock(createdAt),
  };
}

/** @param {HTMLAnchorElement} link */
function createRow(link) {
  const [status, webhook, response, when] = ["status", "webhook", "response", "time"].map((name) =>
    element("td", { class: name }),
  );
  const kind = element("span", { class: "quiet small" });
  const event = element("td", { class: "event" }, link, " ", kind);
  const node = element(
    "tr",
    {},
    ...[status, event, webhook, response, when].filter((cell) => cell !== undefined),
  );
  /** @param {ReturnType<typeof rowView>} row */
  const update = (row) => {
    status?.replaceChildren(badge(row.state, row.label));
    link.textContent = row.event;
    kind.textContent = row.kind;
    webhook?.replaceChildren(row.webhookName);
    response?.replaceChildren(...responseOf(row));
    when?.replaceChildren(time(row.createdAt, row.time));
  };
  return { node, update };
}

/** @param {ReturnType<typeof rowView>} row */
function responseOf({ status, attempts, reason, next, state }) {
  const tries = attempts > 1 ? ` · ${attempts} attempts` : "";
  const line = (/** @type {string} */ look, /** @type {string} */ text) =>
    element("div", { class: look }, text);
  return [
    ...(status === "" ? [] : [line("", `${status}${tries}`)]),
    ...(reason === "" ? [] : [line(`reason ${state === "failed" ? "bad-text" : "quiet"}`, reason)]),
    ...(next === "" ? [] : [line("wait-text small", `${next.charAt(0).toUpperCase()}${next.slice(1)}`)]),
  ];
}
