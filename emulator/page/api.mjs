// The emulator's own paths.

/** @typedef {import("../src/deliveries").Delivery} Delivery */
/** @typedef {import("../src/deliveries").DeliveryAttempt} Attempt */
/** @typedef {import("../src/model").WebhookEvent} WebhookEvent */
/** @typedef {import("../src/request-log").LoggedRequest} LoggedRequest */
/** @typedef {{ username: string, password: string | null, workspaceId: string }} Account */
/** @typedef {{ id: string, name: string, url: string, events: string[], active: boolean, signed: boolean }} Webhook */

/** The last answer to each path. @type {Map<string, { tag: string, data: any }>} */
const answers = new Map();

/**
 * The `data` at a path. What has not changed since the last time is not sent again.
 * @param {string} path
 */
export async function get(path) {
  const known = answers.get(path);
  const condition = known === undefined ? {} : { headers: { "if-none-match": known.tag } };
  const response = await fetch(`/_emulator/${path}`, condition);
  if (response.status === 304) {
    return known?.data;
  }
  const data = await dataOf(response);
  answers.set(path, { tag: response.headers.get("etag") ?? "", data });
  return data;
}

/**
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} the `data` of the answer
 */
export async function post(path, body = {}) {
  const headers = { "content-type": "application/json" };
  return dataOf(await fetch(`/_emulator/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** @param {Response} response */
async function dataOf(response) {
  const { data, error } = await response.json();
  if (!response.ok) {
    throw new Error(error.message);
  }
  return data;
}
