import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { Webhook, WebhookTest } from "pulumi-up42";
import { type EnvironmentName, environments, secretVariable } from "./definition";

/** The Pulumi program of one environment. */
export function programFor(environment: EnvironmentName): PulumiFn {
  return async () => await Promise.resolve(resourcesOf(environment));
}

/** Declares everything that an environment consists of, and returns the stack's outputs. */
function resourcesOf(environment: EnvironmentName) {
  const { url, events, active, profile, workspaceId, testTimeoutSeconds } = environments[environment];
  const webhook = new Webhook("notifications", {
    name: `notifications-${environment}`,
    url,
    events: [...events],
    active,
    profile,
    workspaceId,
    secret: webhookSecret(environment),
  });
  const test = new WebhookTest("notifications", {
    webhook,
    // A promotion rests on what the receiver does now, not on what it did when something last changed.
    alwaysRun: true,
    timeoutSeconds: testTimeoutSeconds,
  });
  return { webhookId: webhook.id, url: webhook.url, testedAt: test.startedAt };
}

function webhookSecret(environment: EnvironmentName): pulumi.Output<string> {
  const variable = secretVariable(environment);
  const secret = new pulumi.Config().getSecret("webhookSecret") ?? process.env[variable];
  if (!secret) {
    throw new pulumi.RunError(
      `There is no secret to sign the notifications of ${environment} with: set ${variable}, or run ` +
        `\`pulumi config set --secret webhookSecret --stack ${environment}\`.`,
    );
  }
  return pulumi.secret(secret);
}
