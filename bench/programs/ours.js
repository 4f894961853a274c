// What the benchmark measures: this package.
const pulumi = require("@pulumi/pulumi");
const { Webhook } = require("pulumi-up42");
const { inputs } = require("./inputs");

for (const webhook of inputs()) {
  new Webhook(webhook.name, { ...webhook, secret: pulumi.secret(webhook.secret) });
}
