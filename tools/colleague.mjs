import { DEMO_ACCOUNT } from "up42-emulator";

/** @typedef {import("up42-emulator").Emulator} Emulator */
/** @typedef {{ name: string, url: string, events: readonly string[], secret?: string | undefined, active?: boolean | undefined }} WebhookBody */
/** @typedef {Awaited<ReturnType<typeof loginAs>>} Colleague */

/**
 * A person who works in the same workspace, beside the stack: plain HTTP, nothing of the provider's.
 *
 * @param {Emulator} emulator
 * @param {import("up42-emulator").Account} [account]
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
    /** @param {WebhookBody} webhook @returns its id */
    create: async (webhook) => String((await send("POST", "", webhook)).data?.id),
    /** @param {string} id @param {Partial<WebhookBody>} fields what changes; the others stay as they are */
    change: async (id, fields) => {
      const { name, url, events, secret, active } = webhookWithId(emulator, id);
      await send("PUT", `/${id}`, { name, url, events, secret, active, ...fields });
    },
    /** @param {string} id */
    delete: async (id) => void (await send("DELETE", `/${id}`)),
  };
}

/**
 * @param {Emulator} emulator
 * @param {string} id
 * @throws {Error} when it has no webhook with this id
 */
export function webhookWithId(emulator, id) {
  const webhook = emulator.webhooks().find((one) => one.id === id);
  if (webhook === undefined) {
    throw new Error(`The emulator has no webhook ${id}.`);
  }
  return webhook;
}

/** @type {(url: string, init: RequestInit) => Promise<{ access_token?: string, data?: { id?: string } }>} */
async function request(url, init) {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${init.method} ${url}: HTTP ${answer.status} ${text}`);
  }
  return text === "" ? {} : JSON.parse(text);
}
