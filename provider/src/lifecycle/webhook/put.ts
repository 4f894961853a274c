import { Up42Error } from "../../up42/errors";
import type { RemoteWebhook, WebhookSpec } from "../../up42/model";
import type { Operation } from "../../up42/operation";
import type { Workspace } from "../workspace";
import { doubtful, perhapsDone } from "./perhaps-done";

/** So often a change is sent that UP42 refuses because it has no such webhook, while it lists it. */
const MOST_PUTS = 3;

/**
 * Changes a webhook, with a second look when UP42 says that it does not have it: a server that lags may say so, also
 * after it has carried out an earlier try.
 *
 * @returns undefined when it is gone for certain.
 */
export async function putWebhook(
  workspace: Workspace,
  { id, createdAt }: Pick<RemoteWebhook, "id" | "createdAt">,
  spec: WebhookSpec,
  operation: Operation,
): Promise<RemoteWebhook | undefined> {
  for (let tries = 1; tries <= MOST_PUTS; tries += 1) {
    const changed = await workspace.api
      .updateWebhook(workspace.id, id, spec, operation)
      .catch((error: unknown) => {
        throw perhapsDone(error, "changed");
      });
    if (changed !== undefined) {
      workspace.changed(changed);
      return changed;
    }
    const listed = await workspace.confirmGone(id, createdAt, operation).catch((error: unknown) => {
      throw doubtful(error, "changed");
    });
    if (listed === undefined) {
      workspace.forget(id);
      return undefined;
    }
    operation.report("UP42 still shows it; changing it again");
  }
  const error = new Up42Error("UP42 answers that it does not have it, and still shows it", {
    nextStep: "Run the command again",
  });
  throw doubtful(error, "changed");
}
