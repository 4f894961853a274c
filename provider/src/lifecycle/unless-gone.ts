import { setTimeout } from "node:timers/promises";
import { Up42Error } from "../up42/errors";
import type { Operation } from "../up42/operation";
import type { RemoteWebhook } from "../up42/webhook";
import type { Workspace } from "./workspace";

const FIRST_PAUSE_MS = 200;

/**
 * Sends a request about a webhook until UP42 finds it, or it is gone. A server that lags may say of a webhook that it
 * does not have it: a list that lacks it, too, is the proof.
 *
 * @param send Answers undefined when UP42 says that it does not have the webhook.
 * @returns undefined when the webhook is gone for certain.
 * @throws Up42Error when the time is over, and UP42 still contradicts itself.
 */
export async function unlessGone<T>(
  workspace: Workspace,
  { id, createdAt }: Pick<RemoteWebhook, "id" | "createdAt">,
  operation: Operation,
  send: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const answer = await send();
    if (answer !== undefined || (await workspace.confirmGone(id, createdAt, operation)) === undefined) {
      return answer;
    }
    if (operation.deadline.remainingMs <= pause) {
      throw new Up42Error("UP42 answers that it does not have it, and still shows it", {
        nextStep: "Run the command again",
      });
    }
    operation.report("UP42 answers that it does not have it, and still shows it; trying again");
    await setTimeout(pause);
  }
}
