import { DEMO_ACCOUNT, type Emulator, type StoredWebhook } from "up42-emulator";
import * as v from "valibot";
import type { Colleague, WebhookBody } from "../../tools/colleague.mjs";

export { loginAs, webhookWithId } from "../../tools/colleague.mjs";
export type { Colleague, WebhookBody };

const Body = v.object({
  name: v.string(),
  url: v.string(),
  events: v.pipe(v.array(v.string()), v.readonly()),
  secret: v.optional(v.string()),
  active: v.optional(v.boolean()),
});

/** Credentials and addresses of the emulator's demo account, as environment variables. */
export function demoEnvironment(emulatorUrl: string): Record<string, string> {
  return {
    UP42_API_URL: emulatorUrl,
    UP42_USERNAME: DEMO_ACCOUNT.username,
    UP42_PASSWORD: DEMO_ACCOUNT.password,
    UP42_WORKSPACE_ID: DEMO_ACCOUNT.workspaceId,
  };
}

/** The fields of a webhook among properties of Pulumi's. @throws v.ValiError when one is missing or of another type */
export function webhookBody(properties: unknown): WebhookBody {
  return v.parse(Body, properties);
}

/** The only webhook there is. @throws Error when there are more, or none. */
export function onlyWebhook(emulator: Emulator): StoredWebhook {
  const [webhook, ...others] = emulator.webhooks();
  if (webhook === undefined || others.length > 0) {
    throw new Error(`The emulator has ${emulator.webhooks().length} webhooks, not one.`);
  }
  return webhook;
}
