import { Session } from "../../provider/src/lifecycle/session";
import { FailedTestError, runWebhookTest } from "../../provider/src/lifecycle/webhook-test/webhook-test";
import type { EventTest, TestRun } from "../../provider/src/up42/model";
import { MemoryApi } from "../support/memory-api";

const INPUTS = { webhookId: "w1", workspaceId: "ws", timeoutSeconds: 0.1 };

const result = (eventName: string, success: boolean): EventTest => ({
  eventName,
  success,
  message: success ? "Test request was successful!" : "Connection refused",
  response: success ? "HttpResponse[200 OK]" : "",
  startedAt: "2026-01-01T00:00:00Z",
});

const run = (...tests: EventTest[]): TestRun => ({
  startedAt: "2026-01-01T00:00:00Z",
  testsRun: tests.length,
  testsSucceeded: tests.filter((test) => test.success).length,
  testsFailed: tests.filter((test) => !test.success).length,
  tests,
});

function setUp(...runs: TestRun[]) {
  const api = new MemoryApi();
  api.testRuns = runs;
  const lines: string[] = [];
  const session = new Session(api, { workspaceId: "ws", timeoutSeconds: 5 }, (line) => lines.push(line));
  return { api, lines, session };
}

async function failureOf(
  session: Session,
  inputs: Parameters<typeof runWebhookTest>[1],
): Promise<FailedTestError> {
  const outcome = await runWebhookTest(session, inputs).catch((error: unknown) => error);
  if (outcome instanceof FailedTestError) {
    return outcome;
  }
  throw new Error(`expected a failed test, got ${String(outcome)}`);
}

test("a test in which every event arrives is one request", async () => {
  const { api, session } = setUp(run(result("b", true), result("a", true)));
  expect(await runWebhookTest(session, INPUTS)).toEqual({
    ...run(result("a", true), result("b", true)),
  });
  expect(api.calls).toEqual(["test w1 "]);
});

test("only what failed is repeated", async () => {
  const { api, lines, session } = setUp(run(result("a", true), result("b", false)), run(result("b", true)));
  const outcome = await runWebhookTest(session, { ...INPUTS, eventNames: ["a", "b"], timeoutSeconds: 10 });
  expect(outcome).toMatchObject({ testsRun: 2, testsSucceeded: 2, testsFailed: 0 });
  expect(api.calls).toEqual(["test w1 a,b", "test w1 b"]);
  expect(lines).toEqual([
    expect.stringMatching(/^test webhook w1: b: Connection refused\. Trying again in 1 s/),
  ]);
});

test("a test that fails names each failing event, with message and response", async () => {
  const { session } = setUp(
    run(result("a", false), { ...result("b", false), response: "HttpResponse[500]" }),
  );
  const error = await failureOf(session, INPUTS);
  expect(error.outcome).toMatchObject({ testsRun: 2, testsFailed: 2 });
  expect(error.reasons).toEqual([
    expect.stringMatching(/^webhook w1 did not deliver a: Connection refused, tried for 0.1 s.*pulumi up/),
    expect.stringMatching(/deliver b: Connection refused \(response: HttpResponse\[500\]\)/),
  ]);
});

test("an event without a result has failed", async () => {
  const { session } = setUp(run(result("a", true)));
  const error = await failureOf(session, { ...INPUTS, eventNames: ["a", "b"] });
  expect(error.reasons).toEqual([expect.stringContaining("b: UP42 gave no result for it")]);
});

test("a run without any test has failed", async () => {
  const { session } = setUp(run());
  expect((await failureOf(session, INPUTS)).message).toContain("UP42 ran no test at all");
});

test("a webhook that is gone is no failed test: there is nothing to record", async () => {
  const { session } = setUp();
  await expect(runWebhookTest(session, INPUTS)).rejects.toThrow(
    /workspace ws has no such webhook.*pulumi refresh/,
  );
});
