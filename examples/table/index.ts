import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";
import { webhooks } from "./webhooks";

const config = new pulumi.Config();
const receivers = config.require("receivers");
const secret = config.requireSecret("secret");

const created = Object.entries(webhooks).map(([name, { path, events, active = true }]) => {
  const webhook = new Webhook(name, { url: receivers + path, events, active, secret });
  if (active) {
    new WebhookTest(name, { webhook });
  }
  return [name, webhook.id] as const;
});

/** The ids at UP42, by name. */
export const ids = Object.fromEntries(created);
