// The view of the webhooks: what each one is, and how its deliveries go.

import { post } from "./api.mjs";
import { quote } from "./curl.mjs";
import { badge, button, copyButton, element, find, keyedList, time } from "./dom.mjs";
import { ago, stateLabel } from "./format.mjs";
import { announce, watch } from "./outcome.mjs";
import { href } from "./route.mjs";

/** @typedef {import("./api.mjs").Account} Account */
/** @typedef {import("./api.mjs").Delivery} Delivery */
/** @typedef {import("./api.mjs").Webhook} Webhook */

/** As many deliveries are drawn in a row. */
const HISTORY = 20;

const view = find("#webhooks-view", HTMLElement);
const show = keyedList(find("tbody", HTMLElement, view), createRow);

/** @param {Account} account */
export function showEnvironment({ username, password }) {
  const lines = [
    `export UP42_API_URL=${location.origin}`,
    `export UP42_AUTH_URL=${location.origin}`,
    `export UP42_USERNAME=${quote(username)}`,
    `export UP42_PASSWORD=${quote(password ?? `the password of ${username}`)}`,
    "pulumi up",
  ];
  find("#environment", HTMLElement).textContent = lines.join("\n");
  find("#environment-actions", HTMLElement).replaceChildren(
    copyButton("Copy commands", () => lines.join("\n")),
  );
}

/**
 * @param {Webhook[]} webhooks
 * @param {Delivery[]} deliveries Newest first.
 */
export function showWebhooks(webhooks, deliveries) {
  find(".empty", HTMLElement, view).hidden = webhooks.length > 0;
  find(".list", HTMLElement, view).hidden = webhooks.length === 0;
  const byWebhook = Map.groupBy(deliveries, ({ webhookId }) => webhookId);
  show(webhooks.map((webhook) => ({ key: webhook.id, view: rowView(webhook, byWebhook.get(webhook.id)) })));
}

/**
 * @param {Webhook} webhook
 * @param {Delivery[]} [deliveries]
 */
function rowView({ id, name, url, events, active, signed }, deliveries = []) {
  const ended = deliveries.filter(({ state }) => state !== "pending");
  const delivered = ended.filter(({ state }) => state === "delivered").length;
  const [last] = deliveries;
  return {
    ...{ id, name, url, events, active, signed, delivered },
    ended: ended.length,
    history: ended
      .slice(0, HISTORY)
      .map(({ state }) => state)
      .reverse(),
    last: last && { ...last, attempts: [], body: "", label: stateLabel(last), ago: ago(last.createdAt) },
  };
}

/** @typedef {ReturnType<typeof rowView>} RowView */

/** @param {string} id */
function createRow(id) {
  const link = element("a", { class: "plain-link", href: href("deliveries", { webhook: id }) });
  const url = element("div", { class: "url quiet" });
  const events = element("td", { class: "events" });
  const status = element("td", { class: "status" });
  const rate = element("td", { class: "rate" });
  const last = element("a", { class: "plain-link" });
  const lastCell = element("td", { class: "last" });
  const test = button("Send test", () => sendTest(id));
  const node = element(
    "tr",
    {},
    element("td", { class: "webhook" }, element("div", { class: "name" }, link), url),
    ...[events, status, rate, lastCell],
    element("td", { class: "action" }, test),
  );
  /** @param {RowView} row */
  const update = (row) => {
    link.textContent = row.name;
    url.textContent = row.url;
    test.setAttribute("aria-label", `Send test to ${row.name}`);
    events.replaceChildren(...row.events.map((event) => element("code", { class: "tag" }, event)));
    status.replaceChildren(
      badge(row.active ? "good" : "plain", row.active ? "Active" : "Inactive"),
      element("div", { class: "quiet small" }, row.signed ? "Signed" : "No secret"),
    );
    rate.replaceChildren(...successRate(row));
    if (row.last === undefined) {
      lastCell.replaceChildren(element("span", { class: "quiet" }, "None yet"));
      return;
    }
    last.href = href("deliveries", {}, row.last.id);
    last.replaceChildren(badge(row.last.state, row.last.label));
    if (!last.isConnected) {
      lastCell.replaceChildren(last, element("div", { class: "quiet small" }));
    }
    lastCell.lastElementChild?.replaceChildren(time(row.last.createdAt, row.last.ago));
  };
  return { node, update };
}

/** @param {RowView} row */
function successRate({ delivered, ended, history }) {
  if (ended === 0) {
    return [element("span", { class: "quiet" }, "No deliveries")];
  }
  // All but one of many is not all.
  const percent = Math.floor((delivered / ended) * 100);
  const bars = history.map((state) => element("i", { class: state }));
  return [
    element("div", { class: "history", "aria-hidden": "true" }, ...bars),
    element(
      "div",
      {},
      element("strong", {}, `${percent}%`),
      element("span", { class: "quiet small" }, ` of ${ended}`),
    ),
  ];
}

/** @param {string} id */
async function sendTest(id) {
  try {
    await watch(() => post(`webhooks/${id}/test`));
  } catch (error) {
    announce(String(error), { failed: true });
  }
}
