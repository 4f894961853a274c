// The view of the requests that UP42's API got.

import { curl } from "./curl.mjs";
import { headerList } from "./delivery.mjs";
import { badge, copyButton, element, facts, find, time } from "./dom.mjs";
import { clock } from "./format.mjs";
import { createList, showFilter } from "./list.mjs";

/** @typedef {import("./api.mjs").LoggedRequest} LoggedRequest */
/** @typedef {import("./route.mjs").Route} Route */

/** @type {[string, string][]} */
const METHODS = ["GET", "POST", "PUT", "DELETE"].map((method) => [method, method]);
/** @type {[string, string][]} */
const STATUSES = [
  ["succeeded", "Succeeded"],
  ["failed", "Failed"],
];

const form = find("#requests-view .filters", HTMLFormElement);
const showList = createList({
  name: "requests",
  noun: { one: "API request", many: "API requests" },
  empty: "No API requests yet. What a program or pulumi up asks of the API appears here.",
  gone: "The emulator keeps the newest requests, until it stops.",
  matches: (/** @type {LoggedRequest} */ request, { method = "", status = "" }) =>
    (method === "" || request.method === method) && (status === "" || stateOf(request) === status),
  view: ({ id, method, path, status, error = "", durationMs, at }) => ({
    ...{ id, method, path, status, error, at },
    duration: status === 0 ? "" : duration(durationMs),
    time: clock(at),
  }),
  createRow,
  createDetail,
});

/**
 * @param {LoggedRequest[]} requests
 * @param {Route} route
 */
export function showRequests(requests, route) {
  showFilter(find("[name=method]", HTMLSelectElement, form), METHODS, route.filters.method);
  showFilter(find("[name=status]", HTMLSelectElement, form), STATUSES, route.filters.status);
  showList(requests, route);
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  return milliseconds === 0 ? "< 1 ms" : `${milliseconds} ms`;
}

/** @param {Pick<LoggedRequest, "status">} request */
function stateOf({ status }) {
  if (status === 0) {
    return "pending";
  }
  return status < 400 ? "succeeded" : "failed";
}

/** @param {Pick<LoggedRequest, "status">} request */
function statusBadge({ status }) {
  const look = { pending: "pending", succeeded: "delivered", failed: "failed" }[stateOf({ status })];
  return badge(look, status === 0 ? "…" : String(status));
}

/** @param {HTMLAnchorElement} link */
function createRow(link) {
  const status = element("td", { class: "status" });
  const method = element("td", { class: "method" });
  const error = element("div", { class: "reason bad-text" });
  const path = element("td", { class: "path" }, link, error);
  const took = element("td", { class: "duration" });
  const when = element("td", { class: "time" });
  /** @param {{ method: string, path: string, status: number, error: string, duration: string, at: string, time: string }} row */
  const update = (row) => {
    status.replaceChildren(statusBadge(row));
    method.replaceChildren(element("code", {}, row.method));
    link.textContent = row.path;
    error.textContent = row.error;
    took.textContent = row.duration;
    when.replaceChildren(time(row.at, row.time));
  };
  return { node: element("tr", {}, status, method, path, took, when), update };
}

/**
 * @param {string} _id
 * @param {() => LoggedRequest} current
 */
function createDetail(_id, current) {
  const { id, method, path, query, headers, at } = current();
  const target = query === undefined ? path : `${path}?${query}`;
  const heading = element("h2", { tabindex: "-1" });
  const rest = element("div", {});
  let shown = "";
  const asCurl = copyButton("Copy as curl", () => {
    const { body } = current();
    return curl({ method, url: `${location.origin}${target}`, headers, body });
  });
  const nodes = [
    heading,
    element("p", { class: "quiet" }, time(at, clock(at))),
    element(
      "p",
      { class: "actions" },
      asCurl,
      copyButton("Copy link", () => location.href),
    ),
    rest,
  ];
  const update = () => {
    const { status, durationMs, error, body } = current();
    const json = JSON.stringify([status, durationMs, error, body]);
    if (json === shown) {
      return;
    }
    shown = json;
    heading.replaceChildren(`${method} ${path} `, statusBadge({ status }));
    rest.replaceChildren(
      ...(error === undefined ? [] : [element("p", { class: "banner bad" }, error)]),
      facts([
        ...(query === undefined ? [] : [/** @type {const} */ (["Query", query])]),
        ["Duration", duration(durationMs)],
        ["Request id", element("code", {}, id)],
      ]),
      element("h3", {}, "Request headers"),
      headerList(headers),
      ...(body === null ? [] : [element("h3", {}, "Request body"), element("pre", {}, body)]),
    );
  };
  return { nodes, update };
}
