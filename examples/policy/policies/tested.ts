import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { Webhook, WebhookTest } from "pulumi-up42";

export const tested: StackValidationPolicy = {
  name: "webhook-tested",
  description: "Every webhook is tested by the deployment that creates it.",
  validateStack: ({ resources }, report) => {
    const testedUrns = new Set(
      resources.filter((resource) => resource.isType(WebhookTest)).flatMap(webhooksOf),
    );
    const untested = resources.filter(({ isType, urn }) => isType(Webhook) && !testedUrns.has(urn));
    for (const { name, urn } of untested) {
      report(
        `The webhook "${name}" has no test, so that a receiver that does not work goes unnoticed. ` +
          `Add \`new WebhookTest("${name}", { webhook })\`.`,
        urn,
      );
    }
  },
};

function webhooksOf({ propertyDependencies }: PolicyResource): string[] {
  const { webhook = [], webhookId = [] } = propertyDependencies;
  return [...webhook, ...webhookId].map(({ urn }) => urn);
}
