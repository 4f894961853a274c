// What a dynamic provider costs when it does nothing: the same inputs, one shared provider object, no network.
const pulumi = require("@pulumi/pulumi");
const { inputs } = require("./inputs");

const provider = {
  create: (webhook) => Promise.resolve({ id: webhook.name, outs: webhook }),
  update: (_id, _olds, news) => Promise.resolve({ outs: news }),
};

class Floor extends pulumi.dynamic.Resource {
  constructor(webhook) {
    super(provider, webhook.name, { ...webhook, secret: pulumi.secret(webhook.secret) });
  }
}

for (const webhook of inputs()) {
  new Floor(webhook);
}
