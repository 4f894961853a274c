import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";

const receivers = new pulumi.Config().require("receivers");

// Each profile is an account of its own: `up42-farming:username`, `up42-maritime:username`, and so on.
const webhooks = ["farming", "maritime"].map((profile) => {
  const url = `${receivers}/${profile}`;
  const webhook = new Webhook(profile, { profile, url, events: ["order.status"], active: true });
  new WebhookTest(profile, { webhook }); // with the webhook's profile
  return webhook;
});

/** Each in the workspace of its account. */
export const workspaces = webhooks.map(({ workspaceId }) => workspaceId);
