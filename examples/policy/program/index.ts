import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";

const config = new pulumi.Config();

const webhook = new Webhook("orders", {
  url: config.require("url"),
  events: ["order.status"],
  secret: config.requireSecret("secret"),
  active: true,
});

new WebhookTest("orders", { webhook });
