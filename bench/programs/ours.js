// What the benchmark measures: this package.
const { Webhook } = require("pulumi-up42");
const { inputs } = require("./inputs");

for (const webhook of inputs()) {
  new Webhook(webhook.name, webhook);
}
