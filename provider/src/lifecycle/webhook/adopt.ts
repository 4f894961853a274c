import { Up42Error } from "../../up42/errors";
import type { Operation } from "../../up42/operation";
import type { RemoteWebhook } from "../../up42/webhook";
import { type CheckFailure, failure, type Known, type Properties } from "../properties";
import type { Call } from "../resource";
import type { Session } from "../session";
import { isConcealed } from "./compare";
import { type WebhookInputs, webhookFieldRules, type webhookInputFields } from "./fields";
import { putWebhook } from "./put";
import { specOf } from "./state";

/**
 * Makes an existing webhook this resource's. It is always written, even when nothing differs: so an entry that had it
 * before, here or in another stack, can see that it no longer does.
 */
export async function adoptWebhook(
  session: Session,
  { reporter }: Call,
  existing: RemoteWebhook,
  inputs: WebhookInputs,
  operation: Operation,
): Promise<RemoteWebhook> {
  const spec = specOf(inputs, existing.secret !== undefined);
  const adopted = await putWebhook(session.workspace(inputs.workspaceId), existing, spec, operation);
  if (adopted === undefined) {
    throw new Up42Error(`webhook ${existing.id}, which was to be adopted, was deleted meanwhile`, {
      nextStep: "Run `pulumi up` again to create it",
    });
  }
  session.claims.adopt(adopted);
  reporter.info(`Webhook "${inputs.name}": adopted ${existing.id}, which was there already.`);
  return adopted;
}

/** What an adoption would do: a line for each field that changes, and a failure for what the program does not ask for. */
export interface AdoptionPlan {
  readonly changes: readonly string[];
  readonly failures: readonly CheckFailure[];
}

/**
 * Plans an adoption from the inputs as the user wrote them: an argument that was left out must neither turn the
 * webhook off nor take its secret away.
 */
export function planAdoption(existing: RemoteWebhook, known: Known<typeof webhookInputFields>): AdoptionPlan {
  const wanted: Properties = { ...known, active: known.active ?? false };
  const remote: Properties = { ...existing };
  const changes = Object.entries(webhookFieldRules).flatMap(([field, { same, isRemote }]) =>
    isRemote !== true || same === undefined || same(wanted[field], remote[field])
      ? []
      : [
          `${field}: ${field === "secret" ? secretChange(existing, known) : `${show(remote[field])} → ${show(wanted[field])}`}`,
        ],
  );
  return { changes, failures: takenAway(existing, known, "adopted") };
}

/** What an adoption or an import would take away because an argument was left out. */
export function takenAway(
  existing: Pick<RemoteWebhook, "id" | "active" | "secret">,
  known: Known<typeof webhookInputFields>,
  what: "adopted" | "imported",
): readonly CheckFailure[] {
  const subject = `webhook ${existing.id}, which is to be ${what},`;
  const failures = [
    existing.active && known.active === undefined
      ? failure(
          "active",
          `${subject} is active, and \`active\` is not given, so that it would be turned off. Set active: true to keep it ` +
            "on, or active: false to turn it off",
        )
      : undefined,
    existing.secret !== undefined && known.secret === undefined && known.removeSecret !== true
      ? failure(
          "secret",
          `${subject} has a secret, and \`secret\` is not given, so that it would be removed. Set \`secret\` to keep or ` +
            "change it, or removeSecret: true to remove it",
        )
      : undefined,
  ];
  return failures.filter((one) => one !== undefined);
}

function secretChange(existing: RemoteWebhook, { secret }: Known<typeof webhookInputFields>): string {
  if (secret === undefined) {
    return "removed";
  }
  if (existing.secret === undefined) {
    return "set";
  }
  return isConcealed(existing.secret) ? "set again, since UP42 does not show the old one" : "changed";
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
