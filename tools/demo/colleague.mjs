import { DEMO_ACCOUNT } from "up42-emulator";

/**
 * Changes a webhook as a person does in UP42's console, past the stack.
 *
 * @param {string} url of UP42's API
 * @param {import("up42-emulator").StoredWebhook} webhook as it is
 * @param {Partial<import("up42-emulator").StoredWebhook>} changes
 */
export async function changeByHand(url, webhook, changes) {
  const { username, password, workspaceId } = DEMO_ACCOUNT;
  const login = await send(`${url}/realms/public/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", client_id: "up42-api", username, password }),
  });
  const { access_token: token } = JSON.parse(await login.text());
  const { name, url: receiver, events, secret, active } = webhook;
  await send(`${url}/workspaces/${workspaceId}/webhooks/${webhook.id}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name, url: receiver, events, secret, active, ...changes }),
  });
}

/**
 * @param {string} url
 * @param {RequestInit} init
 */
async function send(url, init) {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${init.method} ${url}: HTTP ${answer.status} ${await answer.text()}`);
  return answer;
}
