import { webhookLifecycle } from "../lifecycle/webhook/webhook";
import { webhookTestLifecycle } from "../lifecycle/webhook-test/webhook-test";
import { serve } from "./serve";

/**
 * What the stub in the state loads, inside Pulumi's dynamic host: `pulumi-up42/host`. Not for programs; its
 * exports' names are part of what stacks have stored, and stay.
 */
export const webhook = serve(webhookLifecycle);
export const webhookTest = serve(webhookTestLifecycle);
