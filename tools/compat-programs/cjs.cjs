const { secret } = require("@pulumi/pulumi");
const { Webhook, WebhookTest } = require("pulumi-up42");
const { verifyNotification } = require("pulumi-up42/receiver");

const webhook = new Webhook("orders", {
  url: process.env.RECEIVER_URL ?? "",
  events: ["order.status"],
  secret: secret(process.env.RECEIVER_SECRET ?? ""),
  active: true,
});
const test = new WebhookTest("orders", { webhook });

exports.webhookId = webhook.id;
exports.testsSucceeded = test.testsSucceeded;
exports.verifies = typeof verifyNotification === "function";
