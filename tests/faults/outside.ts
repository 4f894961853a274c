import type { Account, Emulator } from "up42-emulator";
import type { Properties } from "./host";

/** Calls the emulator's API past the proxy, as somebody outside of the stack does. */
export async function outside(
  emulator: Emulator,
  account: Account,
  method: string,
  id: string,
  body?: Properties,
): Promise<void> {
  const form = new URLSearchParams({
    grant_type: "password",
    client_id: "up42-api",
    username: account.username,
    password: account.password,
  });
  const login = await fetch(`${emulator.url}/realms/public/protocol/openid-connect/token`, {
    method: "POST",
    body: form,
  });
  const token = /"access_token":"([^"]+)"/.exec(await login.text())?.[1] ?? "";
  const path = `/workspaces/${account.workspaceId}/webhooks${id && `/${id}`}`;
  const answer = await fetch(`${emulator.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} past the proxy: HTTP ${answer.status}`);
}
