import { secret } from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";
import { verifyNotification } from "pulumi-up42/receiver";

const webhook = new Webhook("orders", {
  url: process.env.RECEIVER_URL ?? "",
  events: ["order.status"],
  secret: secret(process.env.RECEIVER_SECRET ?? ""),
  active: true,
});
const test = new WebhookTest("orders", { webhook });

export const webhookId = webhook.id;
export const testsSucceeded = test.testsSucceeded;
export const verifies = typeof verifyNotification === "function";
