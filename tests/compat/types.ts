// Uses every public type once, correctly, and once wrongly: types that were not found would let anything pass.
import type * as pulumi from "@pulumi/pulumi";
import {
  type EventTest,
  type GetWebhookResult,
  getWebhook,
  getWebhookEvents,
  getWebhookEventsOutput,
  getWebhookOutput,
  getWebhooks,
  getWebhooksOutput,
  type IfExists,
  Webhook,
  type WebhookArgs,
  type WebhookEvent,
  type WebhookLookup,
  WebhookTest,
  type WebhookTestArgs,
} from "pulumi-up42";
import {
  createMemoryReplayStore,
  type HandledOnce,
  handleOnce,
  type Notification,
  NotificationError,
  type ReplayStore,
  requestFromApiGateway,
  type VerifyOptions,
  verifyNotification,
} from "pulumi-up42/receiver";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";

const ifExists: IfExists = "adopt";
const args: WebhookArgs = { url: "https://example.com/up42", events: ["order.status"], ifExists };
const webhook = new Webhook("orders", args);
const lookup: WebhookLookup = { workspaceId: DEMO_ACCOUNT.workspaceId };
const read: pulumi.Output<string> = Webhook.get("other", "id", lookup).url;
const testArgs: WebhookTestArgs = { webhook, timeoutSeconds: 5, triggers: [read] };
const tests: pulumi.Output<EventTest[]> = new WebhookTest("orders", testArgs).tests;
const events: Promise<WebhookEvent[]> = getWebhookEvents();
const found: Promise<GetWebhookResult> = getWebhook({ name: "orders" });

// @ts-expect-error a number is no URL
new Webhook("wrong", { url: 1, events: [] });
// @ts-expect-error there is no such argument
new Webhook("wrong", { url: "https://example.com", events: [], activ: true });

export async function receive(headers: Record<string, string>, body: string): Promise<HandledOnce<string>> {
  const options: VerifyOptions = { secret: "secret" };
  const store: ReplayStore = createMemoryReplayStore();
  const verified = verifyNotification({ headers, body }, options);
  const notification: Notification = verified.notification;
  // @ts-expect-error an event's name is no number
  const wrong: number = notification.event;
  return await handleOnce(verified, store, ({ event }) => `${event} ${wrong}`);
}

export async function emulate(): Promise<string> {
  const emulator: Emulator = await startEmulator({ latencyMs: 1 });
  await emulator.close();
  return emulator.url;
}

export const all = [tests, events, found, getWebhooks(), getWebhookEventsOutput()];
export const outputs = [getWebhookOutput({ name: "orders" }), getWebhooksOutput({}), NotificationError];
export const gateway = requestFromApiGateway;
