import { getWebhookOutput, Webhook, WebhookTest } from "pulumi-up42";
import { verifyNotification } from "pulumi-up42/receiver";

// A plain text from a transformation is a secret, too.
/** @type {import("@pulumi/pulumi").ResourceTransformation} */
const sign = ({ props, opts }) => ({
  props: { ...props, secret: process.env.RECEIVER_SECRET ?? "" },
  opts,
});
const args = { url: process.env.RECEIVER_URL ?? "", events: ["order.status"], active: true };
const webhook = new Webhook("orders", args, { transformations: [sign] });
const read = Webhook.get("read", webhook.id);
const test = new WebhookTest("orders", { webhook });

export const webhookId = webhook.id;
export const testsSucceeded = test.testsSucceeded;
export const verifies = typeof verifyNotification === "function";
export const readUrl = read.url;
export const foundId = getWebhookOutput({ name: webhook.name }).id;
