import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";
import { GeneratedSecret } from "./generated-secret";

export interface TestedWebhookArgs {
  /** Where to send notifications. */
  url: pulumi.Input<string>;
  /** What to be notified of. */
  events: pulumi.Input<pulumi.Input<string>[]>;
  /** The webhook is tested again when this changes. Default: only when the webhook itself changes. */
  receiverVersion?: pulumi.Input<string>;
}

/** A webhook as it should be: active, signed with a secret that nobody had to think of, and tested. */
export class TestedWebhook extends pulumi.ComponentResource {
  /** The webhook's id at UP42. */
  readonly webhookId: pulumi.Output<string>;
  /** What notifications are signed with: give it to the receiver. A Pulumi secret. */
  readonly secret: pulumi.Output<string>;

  constructor(name: string, args: TestedWebhookArgs, opts?: pulumi.ComponentResourceOptions) {
    super("example:up42:TestedWebhook", name, {}, opts);
    const inside = { parent: this };
    const { url, events, receiverVersion } = args;

    this.secret = new GeneratedSecret(`${name}-secret`, inside).value;
    const webhook = new Webhook(name, { url, events, secret: this.secret, active: true }, inside);
    const test = new WebhookTest(name, { webhook, triggers: [receiverVersion ?? ""] }, inside);

    // What uses the id waits for the test.
    this.webhookId = test.webhookId;
    this.registerOutputs({ webhookId: this.webhookId, secret: this.secret });
  }
}
