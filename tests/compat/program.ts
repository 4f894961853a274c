import type * as pulumi from "@pulumi/pulumi";
import { getWebhookOutput, Webhook, WebhookTest } from "pulumi-up42";
import { verifyNotification } from "pulumi-up42/receiver";

// A plain text from a transformation is a secret, too.
const sign: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props: { ...props, secret: process.env.RECEIVER_SECRET ?? "" },
  opts,
});
const args = { url: process.env.RECEIVER_URL ?? "", events: ["order.status"], active: true };
const webhook: Webhook = new Webhook("orders", args, { transformations: [sign] });
const read: Webhook = Webhook.get("read", webhook.id);
const test = new WebhookTest("orders", { webhook });

export const webhookId: pulumi.Output<string> = webhook.id;
export const testsSucceeded: pulumi.Output<number> = test.testsSucceeded;
export const verifies: boolean = typeof verifyNotification === "function";
export const readUrl: pulumi.Output<string> = read.url;
export const foundId: pulumi.Output<string> = getWebhookOutput({ name: webhook.name }).id;
