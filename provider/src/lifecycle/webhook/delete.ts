import { setTimeout } from "node:timers/promises";
import type { Deletion } from "../../up42/api";
import { Up42Error } from "../../up42/errors";
import { Deadline, type Operation } from "../../up42/operation";
import type { Call } from "../resource";
import type { Session } from "../session";
import type { Workspace } from "../workspace";
import { isLater } from "./compare";
import type { WebhookState } from "./fields";
import { doubtful, perhapsDone } from "./perhaps-done";
import { restoreWebhook } from "./restore";

/** So often a delete is sent that UP42 accepts and does not carry out. */
const MOST_DELETES = 3;
const FIRST_PAUSE_MS = 200;

/**
 * Deletes a webhook; one that is gone already is as good as deleted. It is deleted only if nobody has written it since
 * this entry last saw it: then another entry, another stack or a colleague may rely on it.
 *
 * @throws Up42Error when the webhook is kept, and nobody is known to own it.
 */
export async function deleteWebhook(
  session: Session,
  call: Call,
  id: string,
  state: WebhookState,
): Promise<void> {
  const workspace = session.workspace(state.workspaceId);
  const subject = `Webhook ${id} ("${state.name}")`;
  await session.run(`delete webhook "${state.name}" (${id})`, call, async (operation) => {
    session.api.conceal(state.secret);
    if (await isKept(session, workspace, id, state, operation)) {
      const isRestored = await restoreWebhook(workspace, id, state, operation);
      const restored = isRestored ? ", and was changed back to what that resource says" : "";
      call.reporter.info(`${subject} stays at UP42: another resource of this stack has it${restored}.`);
    } else if (!(await remove(workspace, id, state, operation))) {
      call.reporter.info(`${subject} was gone already.`);
    }
  });
}

/**
 * Whether another entry of the stack has the webhook.
 * @throws Up42Error when it was changed and nothing shows by whom.
 */
async function isKept(
  session: Session,
  workspace: Workspace,
  id: string,
  { updatedAt }: WebhookState,
  operation: Operation,
): Promise<boolean> {
  const own = { id, updatedAt };
  if (session.claims.hasOther(own)) {
    return true;
  }
  session.claims.leave(own);
  const remote = await workspace.beforeDelete(id, operation);
  if (remote === undefined || updatedAt === "" || !isLater(remote.updatedAt, updatedAt)) {
    return session.claims.hasOther(own);
  }
  await session.claims.calls.settled(operation);
  // An entry that knows the webhook as it is now deletes it, if it is to be deleted at all.
  if (session.claims.hasOther(own) || session.claims.isLeftAs({ id, updatedAt: remote.updatedAt })) {
    return true;
  }
  if (workspace.isForgotten(id)) {
    return false;
  }
  throw new Up42Error(
    `it was changed at UP42 on ${remote.updatedAt}, after this stack last saw it (${updatedAt}), so another stack or ` +
      `a colleague may rely on it. It was kept`,
    {
      nextStep:
        "If another resource or stack has it now, run `pulumi state delete` to leave it at UP42. Else run " +
        "`pulumi refresh` and then the same command again to delete it",
    },
  );
}

/** Whether the webhook was there. A delete is done when UP42 says so without a doubt, or a look shows it. */
async function remove(
  workspace: Workspace,
  id: string,
  { createdAt }: WebhookState,
  operation: Operation,
): Promise<boolean> {
  const isGone = async (deletion: Deletion): Promise<boolean> => {
    try {
      return deletion === "missing"
        ? (await workspace.confirmGone(id, createdAt, operation)) === undefined
        : await isGoneSoon(workspace, id, operation);
    } catch (error) {
      throw doubtful(error, "deleted");
    }
  };
  for (let tries = 1; tries <= MOST_DELETES; tries += 1) {
    const deletion = await workspace.api
      .deleteWebhook(workspace.id, id, operation)
      .catch((error: unknown) => {
        throw perhapsDone(error, "deleted");
      });
    if (deletion === "deleted" || (await isGone(deletion))) {
      workspace.forget(id);
      return deletion !== "missing";
    }
    operation.report("UP42 still shows it; deleting it again");
  }
  throw new Up42Error("UP42 answers as if it were deleted, and still shows it", {
    nextStep:
      "Run the command again; if it stays like this, delete the webhook at UP42 and run `pulumi refresh`",
  });
}

/** UP42 may carry out later what it has accepted. */
async function isGoneSoon(workspace: Workspace, id: string, operation: Operation): Promise<boolean> {
  const time = new Deadline(Math.min(workspace.api.attemptTimeoutMs, operation.deadline.remainingMs));
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    if ((await workspace.look(id, operation)) === undefined) {
      return (await workspace.confirmGone(id, "", operation)) === undefined;
    }
    if (time.remainingMs === 0) {
      return false;
    }
    await setTimeout(Math.min(pause, time.remainingMs));
  }
}
