/**
 * What the stub in the state loads, inside Pulumi's dynamic host: `pulumi-up42/host`. Not for programs; its
 * exports' names are part of what stacks have stored, and stay.
 */
export { webhookProvider as webhook } from "./webhook-provider";
export { webhookTestProvider as webhookTest } from "./webhook-test-provider";
