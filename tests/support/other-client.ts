import { type Account, DEMO_ACCOUNT } from "up42-emulator";
import * as v from "valibot";

const TokenAnswer = v.object({ access_token: v.string() });
const WebhookAnswer = v.object({ data: v.object({ id: v.string() }) });

/** What a webhook is made of, in UP42's own words. */
export interface WebhookBody {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly secret?: string;
  readonly active?: boolean;
}

/** Somebody else who works in an account's workspace: plain HTTP, nothing of the provider's. */
export interface OtherClient {
  /** Creates a webhook and returns its id. */
  create(webhook: WebhookBody): Promise<string>;
  change(id: string, webhook: WebhookBody): Promise<void>;
  delete(id: string): Promise<void>;
}

/** Logs in at an emulator. */
export async function loginElsewhere(url: string, account: Account = DEMO_ACCOUNT): Promise<OtherClient> {
  const form = new URLSearchParams({
    grant_type: "password",
    client_id: "up42-api",
    username: account.username,
    password: account.password,
  });
  const tokenUrl = `${url}/realms/public/protocol/openid-connect/token`;
  const { access_token } = v.parse(TokenAnswer, await ask(tokenUrl, { method: "POST", body: form }));
  const webhooks = `${url}/workspaces/${account.workspaceId}/webhooks`;
  const send = async (method: string, path: string, body?: WebhookBody): Promise<unknown> =>
    await ask(webhooks + path, {
      method,
      headers: {
        authorization: `Bearer ${access_token}`,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    create: async (webhook) => v.parse(WebhookAnswer, await send("POST", "", webhook)).data.id,
    change: async (id, webhook) => {
      await send("PUT", `/${id}`, webhook);
    },
    delete: async (id) => {
      await send("DELETE", `/${id}`);
    },
  };
}

async function ask(url: string, request: RequestInit): Promise<unknown> {
  const answer = await fetch(url, request);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${request.method} ${url}: HTTP ${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
