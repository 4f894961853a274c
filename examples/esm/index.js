import * as pulumi from "@pulumi/pulumi";
import { getWebhookEvents, Webhook, WebhookTest } from "pulumi-up42";

const config = new pulumi.Config();

// Every event that UP42 has at the time of the deployment.
const events = (await getWebhookEvents()).map(({ name }) => name);

const webhook = new Webhook("everything", {
  url: config.require("url"),
  events,
  secret: config.requireSecret("secret"),
  active: true,
});

const test = new WebhookTest("everything", { webhook });

export const webhookId = webhook.id;
export const { testsSucceeded } = test;
