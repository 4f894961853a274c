import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { messageOf } from "./cause";
import { definedFields } from "./defined-fields";
import { description } from "./description";
import type { Account, SeedWebhook } from "./model";
import type { Settings } from "./options";
import type { WebhookStore } from "./store";
import { fromValidation } from "./validation";
import { checkWebhookBody } from "./webhook-body";

/** What a seed file holds. */
export interface Seed {
  readonly accounts?: readonly Account[] | undefined;
  readonly webhooks?: readonly SeedWebhook[] | undefined;
}

const text = { type: "string", minLength: 1 };

const webhookSchema = {
  $ref: "openapi.yaml#/components/schemas/WebhookBody",
  unevaluatedProperties: false,
  properties: {
    id: { type: "string", pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" },
    workspaceId: text,
  },
};

const seedSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    accounts: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["username", "password", "workspaceId"],
        properties: {
          username: text,
          password: text,
          workspaceId: text,
          projectId: text,
          projectApiKey: text,
        },
        dependentRequired: { projectId: ["projectApiKey"], projectApiKey: ["projectId"] },
      },
    },
    webhooks: { type: "array", items: webhookSchema },
  },
};

/**
 * Reads a seed file, which is YAML or JSON.
 *
 * @throws Error naming the file and what is wrong.
 */
export function readSeedFile(file: string): Seed {
  try {
    const content = load(readFileSync(file, "utf8"), { filename: file });
    const validate = description().validator<Seed>(seedSchema);
    if (!validate(content)) {
      throw fromValidation("seed", validate.errors ?? []);
    }
    return content;
  } catch (cause) {
    const message = `Failed to read the seed file "${file}": ${messageOf(cause)}`;
    throw new Error(`${message} Correct it, or start without --seed-file.`, { cause });
  }
}

/**
 * Creates the webhooks that are there from the start. A data file that has webhooks already is left as it is.
 *
 * @throws Error naming the webhook that isn't valid; then none is created.
 */
export function seedWebhooks(settings: Settings, store: WebhookStore): void {
  if (store.list().length > 0) {
    return;
  }
  for (const webhook of settings.webhooks) {
    checkWebhook(webhook, settings);
  }
  const [account] = settings.accounts;
  for (const { id, workspaceId = account?.workspaceId ?? "", ...body } of settings.webhooks) {
    store.create(workspaceId, body, id);
  }
}

function checkWebhook(webhook: SeedWebhook, settings: Settings): void {
  try {
    const validate = description().validator(webhookSchema);
    if (!validate(definedFields(webhook))) {
      throw fromValidation("webhook", validate.errors ?? []);
    }
    checkWebhookBody(webhook, settings);
  } catch (cause) {
    const name = JSON.stringify(webhook.name);
    throw new Error(`Failed to create the webhook ${name} of the seed: ${messageOf(cause)}`, { cause });
  }
}
