import { setTimeout } from "node:timers/promises";
import { Up42Error } from "../../up42/errors";
import type { EventTest, TestRun } from "../../up42/model";
import { Deadline } from "../../up42/operation";
import type { RemoteWebhook } from "../../up42/webhook";
import type { Caller } from "../caller";
import type { Session } from "../session";
import { unlessGone } from "../unless-gone";
import type { WebhookTestInputs } from "./fields";
import { completed, spellAnswers, spellFailures, summarize, type TestOutcome } from "./results";
import { describeTarget, spellTarget, type Target, targetOf } from "./target";

/** Long enough for a receiver that is deployed in the same `up` to start. */
const DEFAULT_TIMEOUT_SECONDS = 60;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/** The webhook does not deliver. */
export class FailedTestError extends Up42Error {
  constructor(
    message: string,
    readonly outcome: TestOutcome,
  ) {
    super(message, { isComplete: true });
  }
}

/**
 * Lets UP42 send test notifications until each event has arrived once, or the time is over.
 *
 * @param listed The webhook, if the caller has just read it.
 * @throws FailedTestError that names the webhook, its URL, and what the receiver answered for each failing event.
 */
export async function runWebhookTest(
  session: Session,
  call: Caller,
  inputs: WebhookTestInputs,
  listed?: RemoteWebhook,
): Promise<TestOutcome> {
  const target = listed ?? (await targetOf(session, call, inputs));
  let shown: Target | undefined = listed;
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = inputs;
  const deadline = new Deadline(timeoutSeconds * 1000);
  const results = new Map<string, EventTest>();
  let wanted: readonly string[] = inputs.eventNames ?? [];
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const run = await runOnce(session, call, inputs, target, wanted);
    for (const test of completed(run, wanted.length > 0 ? wanted : (target.events ?? []))) {
      results.set(test.eventName, test);
    }
    if (results.size > 0 && [...results.values()].every((test) => test.success)) {
      warnIfInactive(call, target);
      return summarize(run.startedAt, [...results.values()]);
    }
    shown ??= await describeTarget(session, call, inputs, target);
    const outcome = summarize(run.startedAt, redacted(session, results));
    const failing = outcome.tests.filter((test) => !test.success);
    if (deadline.remainingMs <= pause || results.size === 0) {
      throw new FailedTestError(failureText(session, shown, timeoutSeconds, failing), outcome);
    }
    wanted = failing.map((test) => test.eventName);
    const seconds = Math.round(deadline.remainingMs / 1000);
    call.reporter.progress(
      `Webhook ${spellTarget(shown)}: ${spellFailures(failing)}. Trying again for up to ${seconds} s.`,
    );
    await setTimeout(pause);
  }
}

async function runOnce(
  session: Session,
  call: Caller,
  { workspaceId, webhookId }: WebhookTestInputs,
  target: Target,
  eventNames: readonly string[],
): Promise<TestRun> {
  return await session.run(`test webhook ${spellTarget(target)}`, call, async (operation) => {
    const workspace = session.workspace(workspaceId);
    const { createdAt = "" } = workspace.known(webhookId) ?? {};
    const run = await unlessGone(workspace, { id: webhookId, createdAt }, operation, async () =>
      session.api.testWebhook(workspaceId, webhookId, eventNames, operation),
    );
    if (run === undefined) {
      throw new Up42Error(`workspace ${workspaceId} has no such webhook`, {
        nextStep:
          "Check webhookId and workspaceId; if it was deleted outside of this stack, run `pulumi refresh` and then " +
          "`pulumi up`",
      });
    }
    return run;
  });
}

/** What UP42 repeats may hold a secret that is known only since the test. */
function redacted({ api }: Session, results: ReadonlyMap<string, EventTest>): readonly EventTest[] {
  return [...results.values()].map((test) => ({
    ...test,
    message: api.redact(test.message),
    response: api.redact(test.response),
  }));
}

function warnIfInactive({ reporter }: Caller, target: Target): void {
  if (target.active === false) {
    reporter.warn(
      `Webhook ${spellTarget(target)} is inactive: its test succeeded, but UP42 sends no notifications. Set active: true.`,
    );
  }
}

/**
 * One line: which webhook, what came back and from where, and the details. A terminal of 80 columns shows the reason on
 * the first of the lines that it makes of it.
 */
function failureText(
  session: Session,
  { id, name, url }: Target,
  timeoutSeconds: number,
  failing: readonly EventTest[],
): string {
  const webhook = name === undefined ? id : `"${session.api.redact(name)}"`;
  const answers = spellAnswers(failing);
  const cause =
    failing.length === 0
      ? "UP42 ran no test at all"
      : `${spellFailures(failing, answers)} (tried for ${timeoutSeconds} s)`;
  const nextStep =
    failing.length === 0
      ? "Check that it subscribes to an event"
      : "Fix the receiver and run `pulumi up` again";
  const from = answers === "" ? "" : `${answers} from `;
  return `Failed to test webhook ${webhook} (${from}${url ?? "URL not known"}): ${cause}. ${nextStep}.`;
}
