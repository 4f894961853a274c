import { Up42Error } from "../../up42/errors";
import type { RemoteWebhook } from "../../up42/webhook";
import type { Caller } from "../caller";
import type { Session } from "../session";
import type { WebhookTestInputs } from "./fields";

/** The webhook that is tested, as far as it is known. */
export interface Target {
  readonly id: string;
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly active?: boolean | undefined;
}

/**
 * The program's own webhook comes with the inputs. Of one that this process has not met, UP42 says what it is: a test
 * may repeat the webhook's secret, which has to be known to be hidden.
 */
export async function targetOf(session: Session, call: Caller, inputs: WebhookTestInputs): Promise<Target> {
  const { webhook, webhookId: id } = inputs;
  if (webhook !== undefined && session.claims.has(id)) {
    return { ...webhook, id };
  }
  return { ...webhook, ...(await lookUp(session, call, inputs)), id };
}

/**
 * The webhook as it is at UP42 now, before a failure is shown: it may have another secret than the program's. A
 * look-up that fails must not hide the test's failure.
 */
export async function describeTarget(
  session: Session,
  call: Caller,
  inputs: WebhookTestInputs,
  target: Target,
): Promise<Target> {
  if (session.workspace(inputs.workspaceId).known(inputs.webhookId) !== undefined) {
    return target;
  }
  try {
    return { ...target, ...(await lookUp(session, call, inputs)) };
  } catch (error) {
    if (error instanceof Up42Error) {
      call.reporter.progress(error.message);
      return target;
    }
    throw error;
  }
}

async function lookUp(
  session: Session,
  call: Caller,
  { workspaceId, webhookId, webhook }: WebhookTestInputs,
): Promise<RemoteWebhook | undefined> {
  return await session.run(
    `read webhook ${spellTarget({ ...webhook, id: webhookId })}`,
    call,
    async (operation) => session.workspace(workspaceId).look(webhookId, operation),
  );
}

/** Which webhook, for messages. */
export function spellTarget({ id, name }: Target): string {
  return name === undefined ? id : `"${name}" (${id})`;
}
