import * as pulumi from "@pulumi/pulumi";
import { Webhook } from "pulumi-up42";

const webhook = new Webhook("orders", {
  url: "https://example.com/orders",
  events: ["job.status", "order.status"],
  secret: pulumi.secret("a secret of webhook 0"),
  active: true,
});

export const webhookId = webhook.id;
