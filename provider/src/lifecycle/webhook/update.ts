import { Up42Error } from "../../up42/errors";
import type { Call } from "../resource";
import type { Session } from "../session";
import type { WebhookInputs, WebhookState } from "./fields";
import { reportOutcome } from "./outcome";
import { putWebhook } from "./put";
import { specOf, stateOf } from "./state";
import { refusedUrl } from "./twins";

/** Changes a webhook in place. @throws Up42Error when it is gone. */
export async function updateWebhook(
  session: Session,
  call: Call,
  id: string,
  olds: WebhookState,
  inputs: WebhookInputs,
): Promise<WebhookState> {
  return await session.run(`update webhook "${inputs.name}" (${id})`, call, async (operation) => {
    session.api.conceal(olds.secret);
    const workspace = session.workspace(inputs.workspaceId);
    const hadSecret = olds.secret !== undefined || workspace.known(id)?.secret !== undefined;
    const { createdAt } = olds;
    const spec = specOf(inputs, hadSecret);
    const updated = await putWebhook(workspace, { id, createdAt }, spec, operation).catch(
      async (error: unknown) => {
        const refused = await refusedUrl(error, workspace, inputs.url, id, operation);
        throw refused === undefined
          ? error
          : new Up42Error(`${refused.cause}. Nothing was changed`, {
              cause: error,
              nextStep: "Give one of the two another URL, or delete the other one at UP42 if nobody needs it",
            });
      },
    );
    if (updated === undefined) {
      throw new Up42Error(`workspace ${inputs.workspaceId} does not have it any more`, {
        nextStep: "Run `pulumi refresh`, and then `pulumi up` to create it again",
      });
    }
    session.claims.moved({ id, updatedAt: olds.updatedAt }, updated.updatedAt);
    reportOutcome(call, inputs, updated);
    return stateOf(inputs, updated);
  });
}
