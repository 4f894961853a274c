import { Up42Error } from "../../up42/errors";
import type { Operation } from "../../up42/operation";
import type { RemoteWebhook } from "../../up42/webhook";
import type { Call } from "../resource";
import type { Session } from "../session";
import { isLater } from "./compare";
import type { WebhookState } from "./fields";
import { hasMoved, refreshed } from "./state";

/**
 * Reads a webhook of the stack; undefined when it is gone, or when another entry of the stack has adopted it.
 * What did not change by meaning stays as it was.
 */
export async function readWebhook(
  session: Session,
  call: Call,
  id: string,
  state: WebhookState,
): Promise<WebhookState | undefined> {
  return await session.run(`read webhook ${id} ("${state.name}")`, call, async (operation) => {
    const workspace = session.workspace(state.workspaceId);
    session.api.conceal(state.secret);
    if (state.updatedAt !== "") {
      session.claims.add({ id, updatedAt: state.updatedAt });
    }
    const remote = await workspace.read(id, state.createdAt, operation);
    if (remote === undefined) {
      return undefined;
    }
    const isMoved = hasMoved(state, remote);
    if (isMoved && (await isAdoptedByOther(session, id, state, remote, operation))) {
      call.reporter.info(
        `Webhook ${id} ("${state.name}") belongs to another resource of this stack, which has adopted it.`,
      );
      session.claims.lose({ id, updatedAt: state.updatedAt });
      return undefined;
    }
    if (isMoved) {
      session.claims.moved({ id, updatedAt: state.updatedAt }, remote.updatedAt);
    }
    return refreshed(state, remote);
  });
}

/** Whether another entry last saw the webhook later than this one, which knows it as it was before. */
async function isAdoptedByOther(
  session: Session,
  id: string,
  state: WebhookState,
  remote: RemoteWebhook,
  operation: Operation,
): Promise<boolean> {
  if (state.updatedAt === "" || !isLater(remote.updatedAt, state.updatedAt)) {
    return false;
  }
  await session.claims.calls.settled(operation);
  return session.claims.isKnownLater({ id, updatedAt: state.updatedAt });
}

/** Reads a webhook that the stack does not own. @throws Up42Error when there is none. */
export async function getWebhook(
  session: Session,
  call: Call,
  workspaceId: string,
  id: string,
): Promise<WebhookState> {
  return await session.run(`read webhook ${id}`, call, async (operation) => {
    const remote = await session.workspace(workspaceId).read(id, "", operation);
    if (remote === undefined) {
      throw missingWebhook(session, workspaceId);
    }
    const { id: _, events, ...rest } = remote;
    return { ...rest, events: [...events], workspaceId };
  });
}

/** The cause when a webhook does not exist. */
export function missingWebhook(session: Session, workspaceId: string): Up42Error {
  return new Up42Error(`workspace ${workspaceId} has none with this id`, {
    nextStep: `Check the id and the workspace (workspaceId, or ${session.settingName("workspaceId")})`,
  });
}
