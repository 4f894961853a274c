import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { Up42Error } from "../../up42/errors";
import type { EventTest } from "../../up42/model";
import { Deadline } from "../../up42/operation";
import { unknownEvents } from "../event-names";
import { type WebhookTestInputs, type WebhookTestState, webhookTestFields } from "../fields";
import {
  type Bag,
  type Checked,
  type CheckFailure,
  compact,
  type Difference,
  failure,
  failureOf,
  hasUnknown,
  type Known,
  parseInputs,
  sameValue,
} from "../properties";
import type { Session } from "../session";
import { changedKeys, resolveWorkspaceId } from "../webhook/check";
import { sameEvents } from "../webhook/compare";

/** Long enough for a receiver that is deployed in the same `up` to come alive. */
const DEFAULT_TIMEOUT_SECONDS = 60;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/** The outcome of a test, as it stands in the stack's state. */
export interface TestOutcome {
  readonly startedAt: string;
  readonly testsRun: number;
  readonly testsSucceeded: number;
  readonly testsFailed: number;
  readonly tests: readonly EventTest[];
}

/** The webhook does not deliver. The resource is recorded all the same, so that the next `up` tests again. */
export class FailedTestError extends Up42Error {
  /** @param reasons What the engine shows: one for each event that failed. */
  constructor(
    readonly outcome: TestOutcome,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("; "));
  }
}

/** Checks a test's inputs; asks UP42 for its events only when `eventNames` are new. */
export async function checkWebhookTest(session: () => Session, olds: Bag, news: Bag): Promise<Checked> {
  const { known, failures } = parseInputs(webhookTestFields, news);
  const all = [...failures, ...(failures.length === 0 ? targetFailures(news, known) : [])];
  if (all.length > 0) {
    return { inputs: news, failures: all };
  }
  try {
    const tested: Bag = typeof news.webhook === "object" && news.webhook !== null ? { ...news.webhook } : {};
    const workspaceId = await resolveWorkspaceId(session(), olds, {
      workspaceId:
        news.workspaceId ?? tested.workspaceId ?? (news.webhook === undefined ? undefined : news.webhook),
    });
    const inputs = compact({
      ...news,
      webhookId: news.webhookId ?? tested.id ?? news.webhook,
      workspaceId,
    });
    return { inputs, failures: await checkAtUp42(session(), olds, inputs, known) };
  } catch (error) {
    return { inputs: news, failures: [failureOf(error)] };
  }
}

function targetFailures(news: Bag, known: Known<typeof webhookTestFields>): readonly CheckFailure[] {
  const hasWebhook = news.webhook !== undefined;
  const hasId = news.webhookId !== undefined;
  if (hasWebhook === hasId) {
    const found = hasWebhook
      ? "both webhook and webhookId are given"
      : "neither webhook nor webhookId is given";
    return [
      failure("webhook", `${found}: give the Webhook to test, or the id of one that this stack does not own`),
    ];
  }
  const subscribed = known.webhook?.events;
  const others =
    known.eventNames?.filter((name) => subscribed !== undefined && !subscribed.includes(name)) ?? [];
  return others.map((name) =>
    failure("eventNames", `the webhook does not subscribe to "${name}", only to ${subscribed?.join(", ")}`),
  );
}

async function checkAtUp42(
  session: Session,
  olds: Bag,
  inputs: Bag,
  { eventNames }: Known<typeof webhookTestFields>,
): Promise<readonly CheckFailure[]> {
  const changed = changedKeys(olds, inputs);
  if (changed.size === 0) {
    return [];
  }
  const [, failures] = await Promise.all([
    session.api.login(session.operation("check a webhook test")),
    changed.has("eventNames") && eventNames !== undefined
      ? session.eventNames().then((known) => unknownEvents("eventNames", eventNames, known))
      : [],
  ]);
  return failures;
}

/** Whether the test has to run again. */
export function diffWebhookTest(olds: WebhookTestState, news: Bag): Difference {
  const names = news.eventNames;
  const sameNames =
    Array.isArray(names) && !hasUnknown(names)
      ? sameEvents(names.map(String), olds.eventNames ?? [])
      : sameValue(names, olds.eventNames);
  const same = (["webhookId", "workspaceId", "webhook", "triggers", "profile"] as const).every(
    (key) => !hasUnknown(news[key]) && sameValue(news[key], olds[key]),
  );
  // The engine itself repeats what failed, but a refresh makes it forget that it did.
  const failed = olds.testsRun === 0 || olds.testsSucceeded !== olds.testsRun;
  return { changes: news.alwaysRun === true || failed || !same || !sameNames, replaces: [] };
}

/** An id for a test: it is nothing at UP42, only in the stack. */
export function newTestId(): string {
  return randomUUID();
}

/**
 * Lets UP42 send test notifications until each event has arrived once, or the time is over.
 * @throws FailedTestError that names each failing event with UP42's message and the receiver's response.
 */
export async function runWebhookTest(session: Session, inputs: WebhookTestInputs): Promise<TestOutcome> {
  const what = `test webhook ${inputs.webhookId}`;
  const timeoutSeconds = inputs.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const deadline = new Deadline(timeoutSeconds * 1000);
  const results = new Map<string, EventTest>();
  let wanted: readonly string[] = inputs.eventNames ?? [];
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const run = await session.api.testWebhook(
      inputs.workspaceId,
      inputs.webhookId,
      wanted,
      session.operation(what),
    );
    if (run === undefined) {
      throw new Up42Error(
        `Could not ${what}: workspace ${inputs.workspaceId} has no such webhook. Check webhookId and workspaceId; if it ` +
          `was deleted outside of this stack, run \`pulumi refresh\` and then \`pulumi up\`.`,
      );
    }
    for (const test of completed(run.tests, wanted, run.startedAt)) {
      results.set(test.eventName, test);
    }
    const failing = [...results.values()].filter((test) => !test.success);
    const outcome = summarize(run.startedAt, results);
    if (results.size === 0) {
      throw new FailedTestError(outcome, [
        `Could not ${what}: UP42 ran no test at all. Does it subscribe to any event?`,
      ]);
    }
    if (failing.length === 0) {
      return outcome;
    }
    if (deadline.remainingMs <= pause) {
      throw new FailedTestError(outcome, reasonsFor(inputs.webhookId, timeoutSeconds, failing));
    }
    wanted = failing.map((test) => test.eventName);
    session.report(
      `${what}: ${failing.map(spell).join("; ")}. Trying again in ${pause / 1000} s, for another ${Math.round(deadline.remainingMs / 1000)} s.`,
    );
    await setTimeout(pause);
  }
}

/** An event that was to be tested and has no result has failed: silence is no success. */
function completed(
  tests: readonly EventTest[],
  wanted: readonly string[],
  startedAt: string,
): readonly EventTest[] {
  const missing = wanted.filter((name) => !tests.some((test) => test.eventName === name));
  return [
    ...tests,
    ...missing.map((eventName) => ({
      eventName,
      success: false,
      message: "UP42 gave no result for it",
      response: "",
      startedAt,
    })),
  ];
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

function reasonsFor(
  webhookId: string,
  timeoutSeconds: number,
  failing: readonly EventTest[],
): readonly string[] {
  return failing.map(
    (test) =>
      `webhook ${webhookId} did not deliver ${spell(test)}, tried for ${timeoutSeconds} s. Mend the receiver and run ` +
      `\`pulumi up\` again: it repeats the test.`,
  );
}

function spell({ eventName, message, response }: EventTest): string {
  return `${eventName}: ${message}${response === "" ? "" : ` (response: ${response})`}`;
}
