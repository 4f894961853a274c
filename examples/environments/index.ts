import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";

// Each environment is a stack of this one program. What differs is in Pulumi.<stack>.yaml.
const config = new pulumi.Config();

const webhook = new Webhook(
  "notifications",
  {
    name: `notifications-${pulumi.getStack()}`,
    url: config.require("url"),
    events: config.requireObject<string[]>("events"),
    active: config.requireBoolean("active"),
    secret: config.requireSecret("webhookSecret"),
    // Prod has an account of its own: the profile "prod" reads up42-prod:username and UP42_PROD_USERNAME.
    profile: config.get("profile"),
  },
  // Pulumi refuses to delete or replace what is protected.
  { protect: config.getBoolean("protect") ?? false },
);

// A promotion rests on what the receiver answers now, so the test runs with each deployment.
const test = new WebhookTest("notifications", {
  webhook,
  alwaysRun: true,
  timeoutSeconds: config.getNumber("testTimeoutSeconds"),
});

export const webhookId = webhook.id;
export const { testsRun, testsSucceeded } = test;
