import type { EventTest, TestRun } from "../../up42/model";

const LONGEST_ANSWER = 200;

/** The outcome of a test, as it stands in the stack's state. */
export interface TestOutcome {
  readonly startedAt: string;
  readonly testsRun: number;
  readonly testsSucceeded: number;
  readonly testsFailed: number;
  readonly tests: readonly EventTest[];
}

/** What was to be tested and has no result has failed, and so has what UP42 counts as failed without naming it. */
export function completed(run: TestRun, expected: readonly string[]): readonly EventTest[] {
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

export function summarize(startedAt: string, results: readonly EventTest[]): TestOutcome {
  const tests = [...results].sort((a, b) => a.eventName.localeCompare(b.eventName));
  const testsSucceeded = tests.filter((test) => test.success).length;
  return {
    startedAt,
    testsRun: tests.length,
    testsSucceeded,
    testsFailed: tests.length - testsSucceeded,
    tests,
  };
}

/**
 * Events that failed alike are named together.
 *
 * @param shown what the receiver answered, where the text around this has it already
 */
export function spellFailures(tests: readonly EventTest[], shown = ""): string {
  const events = new Map<string, string[]>();
  for (const test of tests) {
    const message = firstLine(test.message).replace(/\.$/, "");
    const answer = ANSWER.exec(test.response)?.[1] ?? firstLine(test.response);
    const isSaid = answer === shown || message.includes(answer);
    const reason = isSaid ? message : `${message} (${answer})`;
    events.set(reason, [...(events.get(reason) ?? []), test.eventName]);
  }
  return [...events].map(([reason, names]) => `${names.join(", ")}: ${reason}`).join("; ");
}

/** UP42's documented form of what a receiver answered: `HttpResponse[https://example.com/up42, 401 Unauthorized]`. */
const ANSWER = /^HttpResponse\[\S+, (\d{3}[^\]\r\n]{0,40})\]/;

/** What the receiver answered, in a few words, as far as UP42 says it: `401 Unauthorized`. */
export function spellAnswers(tests: readonly EventTest[]): string {
  return [...new Set(tests.flatMap(({ response }) => ANSWER.exec(response)?.[1] ?? []))].join(", ");
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split(/\r?\n/);
  return line.length <= LONGEST_ANSWER ? line : `${line.slice(0, LONGEST_ANSWER)}…`;
}
