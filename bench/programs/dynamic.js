// This package as Node.js programs use it: Pulumi's dynamic host.
const { Webhook } = require("pulumi-up42");
const { inputs } = require("./inputs");

for (const webhook of inputs()) {
  new Webhook(webhook.name, webhook);
}
