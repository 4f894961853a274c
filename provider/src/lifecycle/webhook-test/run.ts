import { setTimeout } from "node:timers/promises";
import { Up42Error } from "../../up42/errors";
import type { EventTest, RemoteWebhook, TestRun } from "../../up42/model";
import { Deadline } from "../../up42/operation";
import type { Caller } from "../caller";
import type { Session } from "../session";
import type { WebhookTestInputs } from "./fields";

/** Long enough for a receiver that is deployed in the same `up` to come alive. */
const DEFAULT_TIMEOUT_SECONDS = 60;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
const LONGEST_ANSWER = 200;

/** The outcome of a test, as it stands in the stack's state. */
export interface TestOutcome {
  readonly startedAt: string;
  readonly testsRun: number;
  readonly testsSucceeded: number;
  readonly testsFailed: number;
  readonly tests: readonly EventTest[];
}

/** The webhook does not deliver. */
export class FailedTestError extends Up42Error {
  constructor(
    message: string,
    readonly outcome: TestOutcome,
  ) {
    super(message, { isComplete: true });
  }
}

/** The webhook that is tested, as far as it is known. */
interface Target {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly active?: boolean | undefined;
}

/**
 * Lets UP42 send test notifications until each event has arrived once, or the time is over.
 * @throws FailedTestError that names the webhook, its URL, and what the receiver answered for each failing event.
 */
export async function runWebhookTest(
  session: Session,
  call: Caller,
  inputs: WebhookTestInputs,
): Promise<TestOutcome> {
  const target = await targetOf(session, call, inputs);
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = inputs;
  const deadline = new Deadline(timeoutSeconds * 1000);
  const expected = inputs.eventNames?.length ? inputs.eventNames : (target.events ?? []);
  const results = new Map<string, EventTest>();
  let wanted: readonly string[] = inputs.eventNames ?? [];
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const run = await runOnce(session, call, inputs, wanted);
    for (const test of completed(run, wanted.length > 0 ? wanted : expected)) {
      results.set(test.eventName, test);
    }
    const failing = [...results.values()].filter((test) => !test.success);
    const outcome = summarize(run.startedAt, results);
    if (failing.length === 0 && results.size > 0) {
      warnIfInactive(call, inputs, target);
      return outcome;
    }
    if (deadline.remainingMs <= pause || results.size === 0) {
      const described = await describe(session, call, inputs, target);
      throw new FailedTestError(failureText(session, described, timeoutSeconds, failing), outcome);
    }
    wanted = failing.map((test) => test.eventName);
    const seconds = Math.round(deadline.remainingMs / 1000);
    call.reporter.progress(
      `${subjectOf(inputs, target)}: ${spellAll(failing)}. Trying again for up to ${seconds} s.`,
    );
    await setTimeout(pause);
  }
}

async function runOnce(
  session: Session,
  call: Caller,
  { workspaceId, webhookId }: WebhookTestInputs,
  eventNames: readonly string[],
): Promise<TestRun> {
  return await session.run(`test webhook ${webhookId}`, call, async (operation) => {
    const run = await session.api.testWebhook(workspaceId, webhookId, eventNames, operation);
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

/** The program's own webhook comes with the inputs; of another one, UP42 says which events it subscribes to. */
async function targetOf(session: Session, call: Caller, inputs: WebhookTestInputs): Promise<Target> {
  const { webhook, webhookId, workspaceId } = inputs;
  if (webhook !== undefined) {
    const known = session.workspace(workspaceId).known(webhookId);
    return {
      name: webhook.name ?? known?.name,
      url: webhook.url,
      events: webhook.events,
      active: webhook.active,
    };
  }
  return (await lookUp(session, call, inputs)) ?? {};
}

async function lookUp(
  session: Session,
  call: Caller,
  { workspaceId, webhookId }: WebhookTestInputs,
): Promise<RemoteWebhook | undefined> {
  return await session.run(`read webhook ${webhookId}`, call, async (operation) =>
    session.workspace(workspaceId).look(webhookId, operation),
  );
}

/** The name is of help only in a failure; asking for it must not hide the failure. */
async function describe(
  session: Session,
  call: Caller,
  inputs: WebhookTestInputs,
  target: Target,
): Promise<Target & { readonly id: string }> {
  const id = inputs.webhookId;
  if (target.name !== undefined) {
    return { ...target, id };
  }
  try {
    return { ...target, ...(await lookUp(session, call, inputs)), id };
  } catch (error) {
    if (error instanceof Up42Error) {
      call.reporter.progress(error.message);
      return { ...target, id };
    }
    throw error;
  }
}

/** What was to be tested and has no result has failed, and so has what UP42 counts as failed without naming it. */
function completed(run: TestRun, expected: readonly string[]): readonly EventTest[] {
  const { tests, startedAt } = run;
  const relevant =
    expected.length === 0 ? tests : tests.filter(({ eventName }) => expected.includes(eventName));
  const missing = expected.filter((name) => !tests.some((test) => test.eventName === name));
  const results = [
    ...relevant,
    ...missing.map((eventName) => noResult(eventName, "UP42 gave no result for it", startedAt)),
  ];
  const uncounted = run.testsFailed - tests.filter((test) => !test.success).length;
  return uncounted > 0 && results.every((test) => test.success)
    ? results.map(({ eventName }) =>
        noResult(eventName, `UP42 counts ${run.testsFailed} failed tests without naming them`, startedAt),
      )
    : results;
}

function noResult(eventName: string, message: string, startedAt: string): EventTest {
  return { eventName, success: false, message, response: "", startedAt };
}

function summarize(startedAt: string, results: ReadonlyMap<string, EventTest>): TestOutcome {
  const tests = [...results.values()].sort((a, b) => a.eventName.localeCompare(b.eventName));
  const testsSucceeded = tests.filter((test) => test.success).length;
  return {
    startedAt,
    testsRun: tests.length,
    testsSucceeded,
    testsFailed: tests.length - testsSucceeded,
    tests,
  };
}

function warnIfInactive({ reporter }: Caller, inputs: WebhookTestInputs, target: Target): void {
  if (target.active === false) {
    reporter.warn(
      `${subjectOf(inputs, target)} is inactive: its test succeeded, but UP42 sends no notifications. Set active: true.`,
    );
  }
}

function subjectOf({ webhookId }: WebhookTestInputs, { name }: Target): string {
  return name === undefined ? `Webhook ${webhookId}` : `Webhook "${name}" (${webhookId})`;
}

/** One line: which webhook, where it delivers to, and what came back. */
function failureText(
  session: Session,
  { id, name, url }: Target & { readonly id: string },
  timeoutSeconds: number,
  failing: readonly EventTest[],
): string {
  const webhook = name === undefined ? id : `"${session.api.redact(name)}"`;
  const cause =
    failing.length === 0 ? "UP42 ran no test at all" : `${spellAll(failing)} (tried for ${timeoutSeconds} s)`;
  const nextStep =
    failing.length === 0
      ? "Check that it subscribes to an event"
      : "Fix the receiver and run `pulumi up` again";
  return `Failed to test webhook ${webhook} (${url ?? "URL not known"}): ${cause}. ${nextStep}.`;
}

/** Events that failed alike are named together. */
function spellAll(tests: readonly EventTest[]): string {
  const events = new Map<string, string[]>();
  for (const { eventName, message, response } of tests) {
    const answer = response === "" ? "" : ` (${firstLine(response)})`;
    const reason = `${firstLine(message)}${answer}`;
    events.set(reason, [...(events.get(reason) ?? []), eventName]);
  }
  return [...events].map(([reason, names]) => `${names.join(", ")}: ${reason}`).join("; ");
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split(/\r?\n/);
  return line.length <= LONGEST_ANSWER ? line : `${line.slice(0, LONGEST_ANSWER)}…`;
}
