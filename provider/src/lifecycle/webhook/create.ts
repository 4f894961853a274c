import { Up42Error } from "../../up42/errors";
import type { Operation } from "../../up42/operation";
import type { RemoteWebhook } from "../../up42/webhook";
import type { Call } from "../resource";
import type { Session } from "../session";
import type { Workspace } from "../workspace";
import { adoptWebhook } from "./adopt";
import { identityKey, sameIdentity } from "./compare";
import { createOnce } from "./create-once";
import type { WebhookInputs, WebhookState } from "./fields";
import { reportOutcome } from "./outcome";
import { specOf, stateOf } from "./state";
import { existingTwins, refusedUrl, spellTwins } from "./twins";

/**
 * Brings a webhook into being, exactly one, or adopts the one that is there.
 * @throws PartialFailure when it was created, but perhaps not only once.
 */
export async function createWebhook(
  session: Session,
  call: Call,
  inputs: WebhookInputs,
): Promise<{ readonly id: string; readonly state: WebhookState }> {
  const workspace = session.workspace(inputs.workspaceId);
  const { calls } = session.claims;
  calls.touch();
  const work = async () =>
    await session.run(`create webhook "${inputs.name}"`, call, async (operation) => {
      const existing = await existingFor(session, inputs, workspace, operation);
      const webhook =
        existing === undefined
          ? await createNew(session, inputs, workspace, operation)
          : await adoptWebhook(session, call, existing, inputs, operation);
      reportOutcome(call, inputs, webhook);
      return { id: webhook.id, state: stateOf(inputs, webhook) };
    });
  // The time of the operation starts when it is its turn.
  return await workspace.createLock.run(identityKey(inputs), async () => await calls.during(work));
}

const IF_OWN =
  "If it is this stack's own, because the resource was renamed or moved in the program, use the resource option `aliases`";

/** @throws Up42Error that names the webhook whose URL UP42 does not take twice. */
async function createNew(
  session: Session,
  inputs: WebhookInputs,
  workspace: Workspace,
  operation: Operation,
): Promise<RemoteWebhook> {
  try {
    return await createOnce(workspace, specOf(inputs), operation);
  } catch (error) {
    const refused = await refusedUrl(error, workspace, inputs.url, undefined, operation);
    const [other] = refused?.others ?? [];
    if (refused === undefined || other === undefined) {
      throw error;
    }
    throw new Up42Error(`${refused.cause}. Nothing was created`, {
      cause: error,
      nextStep: session.claims.has(other.id)
        ? "It belongs to another resource of this stack: give one of the two another URL"
        : `${IF_OWN}. Else adopt it with name: ${JSON.stringify(other.name)} and ifExists: "adopt", import it with ` +
          `\`npx pulumi-up42 import ${other.id}\`, delete it at UP42, or give this one another URL`,
    });
  }
}

/** The webhook to adopt, if there is one and the user wants that. @throws Up42Error when it is in the way. */
async function existingFor(
  session: Session,
  inputs: WebhookInputs,
  workspace: Workspace,
  operation: Operation,
): Promise<RemoteWebhook | undefined> {
  const { ifExists = "error" } = inputs;
  const twins = await existingTwins(workspace, inputs, operation);
  const [existing] = twins;
  if (existing === undefined || ifExists === "create") {
    return undefined;
  }
  const refuse = (nextStep: string): never => {
    throw new Up42Error(
      `workspace ${workspace.id} has ${twins.length === 1 ? "a webhook" : `${twins.length} webhooks`} with this name and ` +
        `URL already: ${spellTwins(twins, inputs)}. Another one would send every notification twice, so nothing was created`,
      { nextStep },
    );
  };
  if (ifExists === "adopt") {
    // A resource that has it may come later in the program.
    await session.claims.calls.settled(operation);
  }
  if (ifExists === "adopt" && session.claims.declarations.hasTwo(workspace.id, inputs)) {
    // The check of the other one has failed, so that the engine says no more of it: it may have the webhook.
    return refuse("Another resource of the program declares the same webhook: remove one of the two");
  }
  if (twins.some((twin) => session.claims.has(twin.id))) {
    return refuse(
      "It belongs to another resource of this stack. If that resource was renamed or moved, use the resource option " +
        "`aliases`; if it is being replaced, `deleteBeforeReplace`; else give this one another name or URL",
    );
  }
  if (ifExists === "error") {
    return refuse(
      `${IF_OWN}; if it is being replaced (--target-replace, taint), use \`deleteBeforeReplace\`. Else adopt it with ` +
        `ifExists: "adopt", import it with \`npx pulumi-up42 import ${existing.id}\`, delete it at UP42, or create a ` +
        'second one with ifExists: "create"',
    );
  }
  return (
    theOnly(twins, inputs) ?? refuse("Delete all but one at UP42, and run `pulumi up` again to adopt it")
  );
}

/** One that is spelled exactly as asked for goes before one that is only similar. */
function theOnly(twins: readonly RemoteWebhook[], inputs: WebhookInputs): RemoteWebhook | undefined {
  const exact = twins.filter((twin) => sameIdentity(twin, inputs));
  const candidates = exact.length > 0 ? exact : twins;
  return candidates.length === 1 ? candidates[0] : undefined;
}
