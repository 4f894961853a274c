import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";
import { GeneratedSecret } from "./generatedSecret";

const config = new pulumi.Config();

// The secret with which UP42 signs notifications: yours, or one that is generated once and then stays.
const secret = config.getSecret("secret") ?? new GeneratedSecret("notifications").value;

const webhook = new Webhook("notifications", {
  name: config.get("name") ?? "Notifications",
  url: config.require("url"),
  events: config.getObject<string[]>("events") ?? ["job.status", "order.status"],
  active: config.getBoolean("active") ?? true,
  secret,
});

// Fails the deployment unless a notification of each event reaches the receiver.
const test = new WebhookTest("notifications", {
  webhook,
  triggers: [config.get("receiverVersion")],
  timeoutSeconds: config.getNumber("testTimeoutSeconds") ?? 60,
});

export const webhookId = webhook.id;
export const webhookSecret = webhook.secret;
export const testsRun = test.testsRun;
export const testsSucceeded = test.testsSucceeded;
export const testsFailed = test.testsFailed;
