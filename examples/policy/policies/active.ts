import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";
import { Webhook } from "pulumi-up42";

interface Config {
  stacks: string[];
}

export const active: ResourceValidationPolicy = {
  name: "webhook-active",
  description: "In production, webhooks are active.",
  configSchema: {
    properties: {
      stacks: {
        type: "array",
        items: { type: "string" },
        default: ["prod", "production"],
        description: "The names of the stacks that are production.",
      },
    },
  },
  validateResource: validateResourceOfType(Webhook, (webhook, args, report) => {
    const stack = stackOf(args.urn);
    if (webhook.active === true || !args.getConfig<Config>().stacks.includes(stack)) {
      return;
    }
    report(
      `The webhook is not active, so that nothing would be notified in the stack "${stack}", which is production. ` +
        "Set `active: true`; it is false by default.",
    );
  }),
};

/** "urn:pulumi:<stack>::<project>::<type>::<name>" */
function stackOf(urn: string): string {
  return urn.split("::")[0]?.split(":")[2] ?? "";
}
