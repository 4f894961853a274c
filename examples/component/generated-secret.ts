import { randomBytes, randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** `create` runs once; from then on Pulumi keeps the value, encrypted, in the stack's state. */
const provider: pulumi.dynamic.ResourceProvider = {
  create: () => Promise.resolve({ id: randomUUID(), outs: { value: randomBytes(32).toString("base64url") } }),
  diff: () => Promise.resolve({ changes: false }),
};

/** A secret of 32 random bytes. To change it: `pulumi up --replace '**<name>'`. */
export class GeneratedSecret extends pulumi.dynamic.Resource {
  declare readonly value: pulumi.Output<string>;

  constructor(name: string, opts: pulumi.CustomResourceOptions = {}) {
    super(provider, name, { value: undefined }, { ...opts, additionalSecretOutputs: ["value"] });
  }
}
