import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";
import { verifyNotification } from "pulumi-up42/receiver";

const webhook: Webhook = new Webhook("orders", {
  url: process.env.RECEIVER_URL ?? "",
  events: ["order.status"],
  secret: pulumi.secret(process.env.RECEIVER_SECRET ?? ""),
  active: true,
});
const test = new WebhookTest("orders", { webhook });

export const webhookId: pulumi.Output<string> = webhook.id;
export const testsSucceeded: pulumi.Output<number> = test.testsSucceeded;
export const verifies: boolean = typeof verifyNotification === "function";
