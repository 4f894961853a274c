import { type Account, DEMO_ACCOUNT, type Emulator, type StoredWebhook } from "up42-emulator";
import * as v from "valibot";

const Token = v.object({ access_token: v.string() });
const Created = v.object({ data: v.object({ id: v.string() }) });

const Body = v.object({
  name: v.string(),
  url: v.string(),
  events: v.pipe(v.array(v.string()), v.readonly()),
  secret: v.optional(v.string()),
  active: v.optional(v.boolean()),
});

/** The fields of a webhook, in UP42's own words. */
export type WebhookBody = v.InferOutput<typeof Body>;

/** Credentials and addresses of the emulator's demo account, as environment variables. */
export function demoEnvironment(emulatorUrl: string): Record<string, string> {
  return {
    UP42_API_URL: emulatorUrl,
    UP42_USERNAME: DEMO_ACCOUNT.username,
    UP42_PASSWORD: DEMO_ACCOUNT.password,
    UP42_WORKSPACE_ID: DEMO_ACCOUNT.workspaceId,
  };
}

/** A person who works in the same workspace, beside the stack: plain HTTP, nothing of the provider's. */
export interface Colleague {
  readonly token: string;
  /** Creates a webhook and returns its id. */
  create(webhook: WebhookBody): Promise<string>;
  /** Changes some fields of a webhook and leaves the others as they are. */
  change(id: string, fields: Partial<WebhookBody>): Promise<void>;
  delete(id: string): Promise<void>;
}

/** Logs in with an account of the emulator's. */
export async function loginAs(emulator: Emulator, account: Account = DEMO_ACCOUNT): Promise<Colleague> {
  const { username, password, workspaceId } = account;
  const form = { grant_type: "password", client_id: "up42-api", username, password };
  const tokenUrl = `${emulator.url}/realms/public/protocol/openid-connect/token`;
  const login = await request(tokenUrl, { method: "POST", body: new URLSearchParams(form) });
  const { access_token: token } = v.parse(Token, login);
  const send = async (method: string, path: string, body?: WebhookBody): Promise<unknown> =>
    await request(`${emulator.url}/workspaces/${workspaceId}/webhooks${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    token,
    create: async (webhook) => v.parse(Created, await send("POST", "", webhook)).data.id,
    change: async (id, fields) => {
      const { name, url, events, secret, active } = webhookWithId(emulator, id);
      await send("PUT", `/${id}`, { name, url, events, secret, active, ...fields });
    },
    delete: async (id) => {
      await send("DELETE", `/${id}`);
    },
  };
}

/** The fields of a webhook among properties of Pulumi's. @throws v.ValiError when one is missing or of another type */
export function webhookBody(properties: unknown): WebhookBody {
  return v.parse(Body, properties);
}

/** The webhook with this id, as it is stored. @throws Error when there is none. */
export function webhookWithId(emulator: Emulator, id: string): StoredWebhook {
  const webhook = emulator.webhooks().find((one) => one.id === id);
  if (webhook === undefined) throw new Error(`The emulator has no webhook ${id}.`);
  return webhook;
}

/** The only webhook there is. @throws Error when there are more, or none. */
export function onlyWebhook(emulator: Emulator): StoredWebhook {
  const [webhook, ...others] = emulator.webhooks();
  if (webhook === undefined || others.length > 0) {
    throw new Error(`The emulator has ${emulator.webhooks().length} webhooks, not one.`);
  }
  return webhook;
}

async function request(url: string, init: RequestInit): Promise<unknown> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${init.method} ${url}: HTTP ${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
