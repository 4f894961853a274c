import * as pulumi from "@pulumi/pulumi";
import { Webhook, WebhookTest } from "pulumi-up42";
import { Route } from "./route";

const config = new pulumi.Config();
const secret = config.requireSecret("secret");

const route = new Route("orders", { gateway: config.get("gateway") ?? "http://127.0.0.1:3000", secret });

// The URL is not known at preview. Everything else is checked then, and the URL once the route is there.
const webhook = new Webhook("orders", { url: route.url, events: ["order.status"], secret, active: true });

// A gateway may answer a little later than it says; the test is repeated for a minute, unless you say otherwise.
new WebhookTest("orders", { webhook });

export const { url } = webhook;
