import { Webhook } from "pulumi-up42";

const webhook = new Webhook("orders", {
  url: "https://example.com/orders",
  events: ["job.status", "order.status"],
  active: true,
});

export const webhookId = webhook.id;
