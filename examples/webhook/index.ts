import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";
import { GeneratedSecret } from "./generated-secret";

const config = new pulumi.Config();

// What UP42 signs notifications with: the secret of the configuration, else one that is generated once and stays.
const secret = config.getSecret("secret") ?? new GeneratedSecret("webhook-secret").value;

const webhook = new Webhook("notifications", {
  name: config.get("name"),
  url: config.require("url"),
  events: config.getObject<string[]>("events") ?? ["job.status", "order.status"],
  active: config.getBoolean("active") ?? true,
  secret,
});

// The deployment fails unless a notification of each event reaches the receiver.
const test = new WebhookTest("notifications", {
  webhook,
  triggers: [config.get("receiverVersion") ?? ""],
  timeoutSeconds: config.getNumber("testTimeoutSeconds"),
});

export const webhookId = webhook.id;
export const webhookSecret = webhook.secret;
export const { testsRun, testsSucceeded, testsFailed } = test;
