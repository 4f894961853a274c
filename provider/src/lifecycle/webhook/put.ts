import type { Operation } from "../../up42/operation";
import type { RemoteWebhook, WebhookSpec } from "../../up42/webhook";
import { unlessGone } from "../unless-gone";
import type { Workspace } from "../workspace";
import { doubtful, perhapsDone } from "./perhaps-done";

/**
 * Changes a webhook.
 *
 * @returns undefined when it is gone for certain.
 */
export async function putWebhook(
  workspace: Workspace,
  webhook: Pick<RemoteWebhook, "id" | "createdAt">,
  spec: WebhookSpec,
  operation: Operation,
): Promise<RemoteWebhook | undefined> {
  const { id } = webhook;
  let wasMissing = false;
  const changed = await unlessGone(workspace, webhook, operation, async () => {
    const answer = await workspace.api.updateWebhook(workspace.id, id, spec, operation);
    wasMissing ||= answer === undefined;
    return answer;
  }).catch((error: unknown) => {
    // A server that lags may not find a webhook that an earlier try has changed.
    throw wasMissing ? doubtful(error, "changed") : perhapsDone(error, "changed");
  });
  if (changed === undefined) {
    workspace.forget(id);
  } else {
    workspace.changed(changed);
  }
  return changed;
}
