import { type Account, DEMO_ACCOUNT, type Emulator } from "../../emulator/src";

/** What the emulator answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON; undefined when it is empty. */
  readonly body: unknown;
}

/** What to send; a string goes as it is, a form as a form, anything else as JSON. */
export interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request. */
export async function send(
  { url }: Pick<Emulator, "url">,
  method: string,
  path: string,
  { body, headers = {} }: Sending = {},
): Promise<Reply> {
  const form = body instanceof URLSearchParams;
  const type: Record<string, string> =
    body === undefined || form ? {} : { "content-type": "application/json" };
  const content = form || typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...type, ...headers },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

export const TOKEN_PATH = "/realms/public/protocol/openid-connect/token";

/** The form that logs a user in. */
export function loginForm({ username, password }: Account = DEMO_ACCOUNT): URLSearchParams {
  const client = { client_id: "up42-api", scope: "openid" };
  return new URLSearchParams({ grant_type: "password", ...client, username, password });
}

/** Logs in; gives the header that proves it. */
export async function login(emulator: Emulator, account: Account = DEMO_ACCOUNT) {
  const { body } = await send(emulator, "POST", TOKEN_PATH, { body: loginForm(account) });
  return { authorization: `Bearer ${at(body, "access_token")}` };
}

/** The value at a path inside parsed JSON; undefined where there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== "object" || inner === null) {
      return undefined;
    }
    inner = Object.entries(inner).find(([name]) => name === String(key))?.[1];
  }
  return inner;
}

/** The webhooks of the demo account's workspace. */
export const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;

/** Creates a webhook for both events with a secret, unless `changes` says otherwise; gives its path. */
export async function createWebhook(emulator: Emulator, changes: object): Promise<string> {
  const headers = await login(emulator);
  const { status, body } = await send(emulator, "POST", WEBHOOKS, {
    headers,
    body: { events: ["job.status", "order.status"], name: "test", secret: "s3cret", ...changes },
  });
  if (status !== 200) {
    throw new Error(`The webhook wasn't created: ${JSON.stringify(body)}`);
  }
  return `${WEBHOOKS}/${at(body, "data", "id")}`;
}
