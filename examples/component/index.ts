import * as pulumi from "@pulumi/pulumi";
import { TestedWebhook } from "./tested-webhook";

const receivers = new pulumi.Config().require("receivers");

const orders = new TestedWebhook("orders", { url: `${receivers}/orders`, events: ["order.status"] });
const jobs = new TestedWebhook("jobs", { url: `${receivers}/jobs`, events: ["job.status"] });

export const webhookIds = [orders.webhookId, jobs.webhookId];
export const secrets = { orders: orders.secret, jobs: jobs.secret };
