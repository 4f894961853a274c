import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";

const config = new pulumi.Config();

const webhook = new Webhook("notifications", {
  url: config.require("url"),
  events: config.getObject<string[]>("events") ?? ["job.status", "order.status"],
  active: true,
  secret: webhookSecret(),
});

// The deployment fails unless a notification of each event reaches the receiver.
new WebhookTest("notifications", {
  webhook,
  timeoutSeconds: config.getNumber("testTimeoutSeconds"),
});

/** What the pipeline tests again after the deployment. */
export const webhookId = webhook.id;

/** From ESC (`pulumiConfig`) or the stack's own configuration; else from the secrets of the CI. */
function webhookSecret(): pulumi.Output<string> {
  const { WEBHOOK_SECRET } = process.env;
  const secret = config.getSecret("webhookSecret") ?? (WEBHOOK_SECRET && pulumi.secret(WEBHOOK_SECRET));
  if (!secret) {
    throw new Error("Set WEBHOOK_SECRET, or `pulumi config set --secret webhookSecret`.");
  }
  return secret;
}
