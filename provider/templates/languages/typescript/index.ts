import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";

// The settings of each stack: Pulumi.dev.yaml, or `pulumi config set webhook:url …`.
const config = new pulumi.Config("webhook");

const webhook = new Webhook("orders", {
  url: config.require("url"),
  events: ["order.status"],
  secret: config.requireSecret("secret"),
  active: true,
});

// The deployment fails, with UP42's own words, unless a test notification arrives.
new WebhookTest("orders", { webhook });

export const webhookId = webhook.id;
