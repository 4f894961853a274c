// The provider plugin, as a package generated for Node.js uses it.
const pulumi = require("@pulumi/pulumi");
const { inputs } = require("./inputs");

for (const webhook of inputs()) {
  new pulumi.CustomResource("up42:index:Webhook", webhook.name, webhook);
}
