// What the page shows is in its address, so that a reload or a link shows the same.

/** @typedef {"webhooks" | "deliveries" | "requests"} ViewName */
/** @typedef {{ view: ViewName, id: string | null, filters: Record<string, string> }} Route */

/** @type {ViewName[]} */
const VIEWS = ["webhooks", "deliveries", "requests"];

/**
 * @param {string} hash such as `#/deliveries/5c8a6a4e?status=failed`
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name, id] = path.split("/");
  return {
    view: VIEWS.find((view) => view === name) ?? "webhooks",
    id: id === undefined || id === "" ? null : id,
    filters: Object.fromEntries(new URLSearchParams(query)),
  };
}

/**
 * The address of a view. A filter with an empty value is left out.
 * @param {ViewName} view
 * @param {Record<string, string>} [filters]
 * @param {string | null} [id]
 */
export function href(view, filters = {}, id = null) {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== "")).toString();
  return `#/${view}${id === null ? "" : `/${id}`}${query === "" ? "" : `?${query}`}`;
}
