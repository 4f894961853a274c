import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";

// Nothing here knows of the environment: credentials and workspace are the provider's configuration.
const webhook = new Webhook("orders", {
  url: new pulumi.Config().require("url"),
  events: ["order.status"],
  active: true,
});

new WebhookTest("orders", { webhook });

export const { workspaceId } = webhook;
