import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";
import { Webhook } from "pulumi-up42";

interface Config {
  minLength: number;
}

/** A secret that is not known yet at preview is there; how long it is, is seen before the webhook is created. */
export const secret: ResourceValidationPolicy = {
  name: "webhook-secret",
  description: "Notifications are signed with a secret that cannot be guessed.",
  configSchema: {
    properties: {
      minLength: { type: "integer", minimum: 1, default: 32, description: "In characters." },
    },
  },
  validateResource: validateResourceOfType(Webhook, (webhook, args, report) => {
    const { minLength } = args.getConfig<Config>();
    const advice = `Give it one of ${minLength} characters or more, for instance from \`openssl rand -base64 32\`.`;
    if (!("secret" in webhook)) {
      report(
        `The webhook has no secret, so its receiver cannot distinguish UP42's notifications from forged ones. ${advice}`,
      );
    } else if ((webhook.secret ?? "").length < minLength) {
      report(`The webhook's secret is too short: notifications signed with it can be forged. ${advice}`);
    }
  }),
};
