// One delivery in full.

import { post } from "./api.mjs";
import { curl } from "./curl.mjs";
import { badge, button, copyButton, element, facts, time } from "./dom.mjs";
import { clock, nextAttempt, readable, stateLabel, statusOf } from "./format.mjs";
import { announce, watch } from "./outcome.mjs";
import { href } from "./route.mjs";

/** @typedef {import("./api.mjs").Delivery} Delivery */
/** @typedef {import("./api.mjs").Attempt} Attempt */

const SIGNATURE_HEADERS = ["signature-input", "signature", "digest"];

/**
 * @param {string} id
 * @param {() => Delivery} current The delivery as it is now.
 */
export function createDelivery(id, current) {
  const { notification, webhookName, webhookId, createdAt, url, repeatOf, body } = current();
  const heading = element("h2", { tabindex: "-1" });
  const banner = element("div", {});
  const attempts = element("div", { class: "attempts" });
  const again = button("Send again", async () => {
    try {
      await watch(async () => [await post(`deliveries/${id}/repeat`)]);
    } catch (error) {
      announce(String(error), { failed: true });
    }
  });
  const asCurl = copyButton("Copy as curl", () => {
    const headers = current().attempts.at(-1)?.headers ?? { "content-type": "application/json" };
    return curl({ method: "POST", url: new URL(url).href, headers, body });
  });
  const nodes = [
    heading,
    element(
      "p",
      { class: "quiet" },
      `${notification.liveMode ? "Live notification" : "Test"}, `,
      time(createdAt, clock(createdAt)),
    ),
    banner,
    element(
      "p",
      { class: "actions" },
      again,
      asCurl,
      copyButton("Copy link", () => location.href),
    ),
    facts([
      ["Webhook", element("a", { href: href("deliveries", { webhook: webhookId }) }, webhookName)],
      ["URL", url],
      ["Message id", element("code", {}, notification.messageId)],
      ["Delivery id", element("code", {}, id)],
      ...(repeatOf === null
        ? []
        : [
            /** @type {const} */ ([
              "Repeats",
              element("a", { href: href("deliveries", {}, repeatOf) }, repeatOf),
            ]),
          ]),
    ]),
    element("h3", {}, "Attempts"),
    attempts,
    element(
      "h3",
      {},
      "Payload ",
      copyButton("Copy", () => body),
    ),
    element("pre", {}, readable(body)),
  ];
  const update = () => {
    const delivery = current();
    showHeading(heading, delivery);
    showBanner(banner, delivery);
    // An attempt that has ended does not change.
    const fresh = delivery.attempts.slice(attempts.childElementCount);
    if (fresh.length > 0) {
      for (const open of attempts.querySelectorAll("details")) {
        open.open = false;
      }
    }
    attempts.append(
      ...fresh.map((attempt) => attemptDetail(attempt, delivery.attempts.indexOf(attempt) + 1)),
    );
    const last = attempts.lastElementChild;
    if (fresh.length > 0 && last instanceof HTMLDetailsElement) {
      last.open = true;
    }
  };
  return { nodes, update };
}

/**
 * @param {HTMLElement} heading
 * @param {Delivery} delivery
 */
function showHeading(heading, delivery) {
  const label = stateLabel(delivery);
  if (heading.lastElementChild?.textContent === label) {
    return;
  }
  heading.replaceChildren(delivery.notification.event, " ", badge(delivery.state, label));
}

/**
 * @param {HTMLElement} banner
 * @param {Delivery} delivery
 */
function showBanner(banner, delivery) {
  const last = delivery.attempts.at(-1);
  const next = nextAttempt(delivery);
  const failure =
    last === undefined || delivery.state === "delivered"
      ? ""
      : [statusOf(last), last.reason].filter((part) => part !== "").join(": ");
  const lines = [failure, next === "" ? "" : `Next: ${next}.`].filter((line) => line !== "");
  banner.hidden = lines.length === 0;
  banner.className = `banner ${delivery.state === "failed" ? "bad" : "wait"}`;
  banner.replaceChildren(...lines.map((line) => element("div", {}, line)));
}

/**
 * @param {Attempt} attempt
 * @param {number} number
 */
function attemptDetail(attempt, number) {
  const { startedAt, durationMs, headers, response, error } = attempt;
  const success = response !== null && response.status >= 200 && response.status < 300;
  const answer = response?.body ?? "";
  return element(
    "details",
    {},
    element(
      "summary",
      {},
      element("span", { class: `dot ${success ? "good" : "bad"}`, "aria-hidden": "true" }),
      element("strong", {}, `Attempt ${number}`),
      ` ${statusOf(attempt)} `,
      element("span", { class: "quiet small" }, `${durationMs} ms · `, time(startedAt, clock(startedAt))),
    ),
    ...(error === null ? [] : [element("p", { class: "bad-text" }, error)]),
    element("h4", {}, "Request headers"),
    headerList(headers),
    ...(response === null ? [] : [element("h4", {}, "Response headers"), headerList(response.headers)]),
    ...(answer === "" ? [] : [element("h4", {}, "Response body"), element("pre", {}, readable(answer))]),
  );
}

/** @param {Readonly<Record<string, string>>} headers */
export function headerList(headers) {
  const list = facts(Object.entries(headers), "headers");
  for (const name of list.querySelectorAll("dt")) {
    name.classList.toggle("signature", SIGNATURE_HEADERS.includes(name.textContent ?? ""));
  }
  return list;
}
