import * as pulumi from "@pulumi/pulumi";

/** Runs when the resource is created, and never again: Pulumi keeps the value, encrypted, in the stack's state. */
const provider: pulumi.dynamic.ResourceProvider = {
  async create() {
    const { randomBytes, randomUUID } = require("node:crypto");
    return { id: randomUUID(), outs: { value: randomBytes(32).toString("base64url") } };
  },
  async diff() {
    return { changes: false };
  },
};

/** 32 random bytes as text. */
export class GeneratedSecret extends pulumi.dynamic.Resource {
  declare readonly value: pulumi.Output<string>;

  constructor(name: string, opts: pulumi.CustomResourceOptions = {}) {
    super(provider, name, { value: undefined }, { ...opts, additionalSecretOutputs: ["value"] });
  }
}
