import { DEMO_ACCOUNT } from "up42-emulator";

/**
 * The fields of a webhook, in UP42's own words.
 * @typedef {object} WebhookBody
 * @property {string} name
 * @property {string} url
 * @property {readonly string[]} events
 * @property {string | undefined} [secret]
 * @property {boolean | undefined} [active]
 */

/**
 * A person who works in the same workspace, beside the stack: plain HTTP, nothing of the provider's.
 * @typedef {object} Colleague
 * @property {string} token
 * @property {(webhook: WebhookBody) => Promise<string>} create creates a webhook and returns its id
 * @property {(id: string, fields: Partial<WebhookBody>) => Promise<void>} change changes some fields of a webhook and
 *   leaves the others as they are
 * @property {(id: string) => Promise<void>} delete
 */

/**
 * Logs in with an account of the emulator's.
 *
 * @param {import("up42-emulator").Emulator} emulator
 * @param {import("up42-emulator").Account} [account]
 * @returns {Promise<Colleague>}
 */
export async function loginAs(emulator, account = DEMO_ACCOUNT) {
  const { username, password, workspaceId } = account;
  const form = { grant_type: "password", client_id: "up42-api", username, password };
  const tokenUrl = `${emulator.url}/realms/public/protocol/openid-connect/token`;
  const login = await request(tokenUrl, { method: "POST", body: new URLSearchParams(form) });
  const token = String(login.access_token);
  /** @type {(method: string, path: string, body?: WebhookBody) => ReturnType<typeof request>} */
  const send = async (method, path, body) =>
    await request(`${emulator.url}/workspaces/${workspaceId}/webhooks${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    token,
    create: async (webhook) => String((await send("POST", "", webhook)).data?.id),
    change: async (id, fields) => {
      const { name, url, events, secret, active } = webhookWithId(emulator, id);
      await send("PUT", `/${id}`, { name, url, events, secret, active, ...fields });
    },
    delete: async (id) => {
      await send("DELETE", `/${id}`);
    },
  };
}

/**
 * The webhook with this id, as it is stored.
 *
 * @param {import("up42-emulator").Emulator} emulator
 * @param {string} id
 * @throws {Error} when there is none
 */
export function webhookWithId(emulator, id) {
  const webhook = emulator.webhooks().find((one) => one.id === id);
  if (webhook === undefined) throw new Error(`The emulator has no webhook ${id}.`);
  return webhook;
}

/**
 * @param {string} url
 * @param {RequestInit} init
 * @returns {Promise<{ readonly access_token?: string, readonly data?: { readonly id?: string } }>}
 */
async function request(url, init) {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${init.method} ${url}: HTTP ${answer.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}
