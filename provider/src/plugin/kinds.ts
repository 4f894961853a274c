import { type Properties, UNKNOWN } from "../lifecycle/properties";
import type { ResourceLifecycle } from "../lifecycle/resource";
import { webhookInputFields } from "../lifecycle/webhook/fields";
import { webhookLifecycle } from "../lifecycle/webhook/webhook";
import { webhookTestInputFields } from "../lifecycle/webhook-test/fields";
import { webhookTestLifecycle } from "../lifecycle/webhook-test/webhook-test";
import { Up42Error } from "../up42/errors";

/** A kind of resource that the plugin serves. */
export interface Kind {
  readonly lifecycle: ResourceLifecycle;
  /** The names of its arguments. */
  readonly inputs: ReadonlySet<string>;
  /** The outputs that stay what they are when it is updated. */
  readonly stable: readonly string[];
  /** The outputs that are known after an operation. */
  readonly computed: readonly string[];
}

/**
 * An argument of Node.js programs only: others name the account by an explicit provider. The state of a webhook that
 * was moved here still has it.
 */
const PROFILE = "profile";

export const WEBHOOK = "up42:index:Webhook";
export const WEBHOOK_TEST = "up42:index:WebhookTest";

/** By type. */
export const KINDS: Readonly<Record<typeof WEBHOOK | typeof WEBHOOK_TEST, Kind>> = {
  [WEBHOOK]: {
    lifecycle: webhookLifecycle,
    inputs: namesOf(webhookInputFields),
    stable: ["createdAt"],
    computed: ["updatedAt"],
  },
  [WEBHOOK_TEST]: {
    lifecycle: webhookTestLifecycle,
    inputs: namesOf(webhookTestInputFields),
    stable: [],
    computed: ["startedAt", "testsRun", "testsSucceeded", "testsFailed", "tests"],
  },
};

/** @throws Up42Error when the plugin serves no resource of this type. */
export function kindOf(type: string): Kind {
  const kind = new Map<string, Kind>(Object.entries(KINDS)).get(type);
  if (kind === undefined) {
    throw new Up42Error(
      `Failed to find the resource type "${type}": this provider has ${Object.keys(KINDS).join(" and ")}. Correct the ` +
        "type, or update the provider.",
      { isComplete: true },
    );
  }
  return kind;
}

/** Properties from a state, which a program in Node.js may have written. */
export function stored({ [PROFILE]: _, ...properties }: Properties): Properties {
  return properties;
}

/** What the outputs are going to be, for a preview. */
export function previewed({ stable, computed }: Kind, inputs: Properties, olds?: Properties): Properties {
  const unknown = Object.fromEntries([...stable, ...computed].map((name) => [name, UNKNOWN]));
  const kept = Object.fromEntries(stable.map((name) => [name, olds?.[name] ?? UNKNOWN]));
  return { ...inputs, ...unknown, ...kept };
}

function namesOf(fields: object): ReadonlySet<string> {
  return new Set(Object.keys(fields).filter((name) => name !== PROFILE));
}
