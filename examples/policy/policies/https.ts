import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";
import { Webhook } from "pulumi-up42";

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

interface Config {
  allowLoopback: boolean;
}

export const https: ResourceValidationPolicy = {
  name: "webhook-https",
  description: "Notifications are sent by HTTPS.",
  configSchema: {
    properties: {
      allowLoopback: {
        type: "boolean",
        default: false,
        description: "Accept http:// for this machine, where a receiver is being developed.",
      },
    },
  },
  validateResource: validateResourceOfType(Webhook, ({ url }, args, report) => {
    const { protocol, hostname, host } = new URL(url);
    if (protocol === "https:") {
      return;
    }
    if (args.getConfig<Config>().allowLoopback && LOOPBACK.test(hostname)) {
      return;
    }
    report(
      `The webhook sends to ${host} by ${protocol}//, so that anybody on the way can read the notifications. ` +
        "Give it a URL that starts with https://.",
    );
  }),
};
