import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";
import { Webhook } from "pulumi-up42";

interface Config {
  hosts: string[];
}

export const allowedHosts: ResourceValidationPolicy = {
  name: "webhook-allowed-hosts",
  description: "Notifications are sent to hosts of ours only.",
  configSchema: {
    properties: {
      hosts: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: 'Such as "hooks.example.com", or "*.example.com" for all below it. Empty: every host.',
      },
    },
  },
  validateResource: validateResourceOfType(Webhook, ({ url }, args, report) => {
    const { hosts } = args.getConfig<Config>();
    const { hostname } = new URL(url);
    if (hosts.length === 0 || hosts.some((allowed) => matches(allowed, hostname))) {
      return;
    }
    report(
      `The webhook sends to ${hostname}, which is not one of the allowed hosts (${hosts.join(", ")}). ` +
        "Send to one of these, or have the host added to the configuration of this policy.",
    );
  }),
};

function matches(allowed: string, hostname: string): boolean {
  const name = allowed.toLowerCase();
  return name.startsWith("*.") ? hostname.endsWith(name.slice(1)) : hostname === name;
}
