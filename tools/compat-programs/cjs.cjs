const { getWebhookOutput, Webhook, WebhookTest } = require("pulumi-up42");
const { verifyNotification } = require("pulumi-up42/receiver");

// A plain text from a transformation is a secret, too.
const sign = ({ props, opts }) => ({
  props: { ...props, secret: process.env.RECEIVER_SECRET ?? "" },
  opts,
});
const args = { url: process.env.RECEIVER_URL ?? "", events: ["order.status"], active: true };
const webhook = new Webhook("orders", args, { transformations: [sign] });
const read = Webhook.get("read", webhook.id);
const test = new WebhookTest("orders", { webhook });

exports.webhookId = webhook.id;
exports.testsSucceeded = test.testsSucceeded;
exports.verifies = typeof verifyNotification === "function";
exports.readUrl = read.url;
exports.foundId = getWebhookOutput({ name: webhook.name }).id;
