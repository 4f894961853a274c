import { Up42Error } from "../../up42/errors";
import type { Operation } from "../../up42/operation";
import type { Workspace } from "../workspace";
import { isLater } from "./compare";
import { diffWebhook } from "./diff";
import type { WebhookState } from "./fields";
import { putWebhook } from "./put";
import { specOf } from "./state";

/**
 * Makes a webhook again what the program says, when an adoption was interrupted and taken back: the entry that is being
 * deleted has changed the webhook, and the entry that keeps it has not seen that.
 *
 * @param state of the entry that is being deleted
 * @returns whether the webhook had to be changed.
 * @throws Up42Error when it is not known what the program says, or the webhook was changed once more.
 */
export async function restoreWebhook(
  workspace: Workspace,
  id: string,
  state: WebhookState,
  operation: Operation,
): Promise<boolean> {
  const { claims } = workspace;
  if (!claims.isAheadOfOthers({ id, updatedAt: state.updatedAt })) {
    return false;
  }
  const kept = claims.unchanged.get(id);
  if (kept !== undefined && diffWebhook(kept, { ...state, profile: kept.profile }).changed.length === 0) {
    return false;
  }
  const remote = await workspace.beforeDelete(id, operation);
  const isAsSeen = remote !== undefined && !isLater(remote.updatedAt, state.updatedAt);
  const restored =
    kept !== undefined && isAsSeen
      ? await putWebhook(workspace, remote, specOf(kept, state.secret !== undefined), operation)
      : undefined;
  if (restored === undefined) {
    throw new Up42Error("another resource of this stack has it, and has not seen its last change", {
      nextStep: 'Run `pulumi refresh`, and then `pulumi up` with ifExists: "adopt" for that resource',
    });
  }
  return true;
}
