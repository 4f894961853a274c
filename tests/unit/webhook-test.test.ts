import type { Call } from "../../provider/src/lifecycle/resource";
import type { Session } from "../../provider/src/lifecycle/session";
import { FailedTestError, runWebhookTest } from "../../provider/src/lifecycle/webhook-test/run";
import { TransportError } from "../../provider/src/up42/errors";
import type { EventTest, TestRun } from "../../provider/src/up42/model";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

const WEBHOOK = { name: "alerts", url: "https://example.com/up42", events: ["a", "b"], active: true };
const INPUTS = { webhookId: "w1", workspaceId: "ws", webhook: WEBHOOK, timeoutSeconds: 0.1 };

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
  const own = callOver(api, { workspaceId: "ws", timeoutSeconds: 5 });
  // The engine hands over the webhook before its test.
  own.session.claims.add({ id: "w1", updatedAt: "" });
  return { api, ...own };
}

async function failureOf(
  { session, call }: { readonly session: Session; readonly call: Call },
  inputs: Parameters<typeof runWebhookTest>[2],
): Promise<FailedTestError> {
  const outcome = await runWebhookTest(session, call, inputs).catch((error: unknown) => error);
  if (outcome instanceof FailedTestError) {
    return outcome;
  }
  throw new Error(`expected a failed test, got ${String(outcome)}`);
}

test("a test in which every event arrives is one request", async () => {
  const { api, session, call, lines } = setUp(run(result("b", true), result("a", true)));
  expect(await runWebhookTest(session, call, INPUTS)).toEqual({
    ...run(result("a", true), result("b", true)),
  });
  expect(api.calls).toEqual(["test w1 "]);
  expect(lines).toEqual([]);
});

test("only what failed is repeated", async () => {
  const { api, session, call, lines } = setUp(
    run(result("a", true), result("b", false)),
    run(result("b", true)),
  );
  const inputs = { ...INPUTS, eventNames: ["a", "b"], timeoutSeconds: 10 };
  const outcome = await runWebhookTest(session, call, inputs);
  expect(outcome).toMatchObject({ testsRun: 2, testsSucceeded: 2, testsFailed: 0 });
  expect(api.calls).toEqual(["test w1 a,b", "get w1", "test w1 b"]);
  expect(lines).toEqual([
    expect.stringMatching(/^Webhook "alerts" \(w1\): b: Connection refused\. Trying again for up to 10 s\.$/),
  ]);
});

describe("a test that fails", () => {
  test("names the webhook, its URL and each failing event, with message and response, on one line", async () => {
    const failing = { ...result("b", false), response: "HttpResponse[500]\nbody: a\nlong page" };
    const error = await failureOf(setUp(run(result("a", false), failing)), INPUTS);
    expect(error.outcome).toMatchObject({ testsRun: 2, testsFailed: 2 });
    expect(error.message).toBe(
      'Failed to test webhook "alerts" (https://example.com/up42): a: Connection refused; b: Connection refused ' +
        "(HttpResponse[500]) (tried for 0.1 s). Fix the receiver and run `pulumi up` again.",
    );
  });

  test("begins with what the receiver answered, where UP42 says it in its documented form", async () => {
    const answered = (event: string, status: string) => ({
      ...result(event, false),
      response: `HttpResponse[https://example.com/up42, ${status}]`,
    });
    const tests = [answered("a", "401 Unauthorized"), answered("b", "401 Unauthorized")];
    const alike = await failureOf(setUp(run(...tests)), INPUTS);
    expect(alike.message).toBe(
      'Failed to test webhook "alerts" (401 Unauthorized from https://example.com/up42): a, b: Connection refused ' +
        "(tried for 0.1 s). Fix the receiver and run `pulumi up` again.",
    );
    const [first] = tests;
    const mixed = await failureOf(setUp(run(...(first ? [first] : []), answered("b", "404"))), INPUTS);
    expect(mixed.message).toContain(
      "(401 Unauthorized, 404 from https://example.com/up42): a: Connection refused (401 Unauthorized); b: Connection refused (404) (",
    );
  });

  test("cuts what is too long to read", async () => {
    const failing = { ...result("a", false), message: "x".repeat(10_000) };
    const { message } = await failureOf(setUp(run(failing)), { ...INPUTS, eventNames: ["a"] });
    expect(message.length).toBeLessThan(500);
  });

  test("looks up the name and URL of a webhook that the program only has the id of", async () => {
    const own = setUp(run(result("a", false)));
    own.api.add({ ...WEBHOOK, id: "w1", events: ["a"] });
    const error = await failureOf(own, { ...INPUTS, webhook: undefined });
    expect(error.message).toContain('Failed to test webhook "alerts" (https://example.com/up42): a: ');
  });

  test("is not hidden by a look-up of the name that fails", async () => {
    const own = setUp(run(result("a", false)));
    own.api.fault = (call) => {
      if (call.startsWith("get")) {
        throw new TransportError("reset", { sent: "maybe" });
      }
    };
    const error = await failureOf(own, { ...INPUTS, webhook: { ...WEBHOOK, name: undefined } });
    expect(error.message).toMatch(
      /^Failed to test webhook w1 \(https:\/\/example\.com\/up42\): a: Connection/,
    );
    expect(own.lines).toEqual([expect.stringContaining("Failed to read webhook w1: reset.")]);
  });
});

describe("what was to be tested and was not", () => {
  test("has failed, among the events that the test names", async () => {
    const error = await failureOf(setUp(run(result("a", true))), { ...INPUTS, eventNames: ["a", "b"] });
    expect(error.message).toContain("b: UP42 gave no result for it");
    expect(error.outcome).toMatchObject({ testsRun: 2, testsSucceeded: 1, testsFailed: 1 });
  });

  test("has failed, among the events that the webhook subscribes to", async () => {
    const error = await failureOf(setUp(run(result("a", true))), INPUTS);
    expect(error.message).toContain("b: UP42 gave no result for it");
  });

  test("has failed, when UP42 answers only an event that nobody asked for", async () => {
    const error = await failureOf(setUp(run(result("other", true))), { ...INPUTS, eventNames: ["a"] });
    expect(error.message).toContain("a: UP42 gave no result for it");
    expect(error.outcome.tests.map(({ eventName }) => eventName)).toEqual(["a"]);
  });

  test("has failed, when UP42 counts a failure without naming it", async () => {
    const counted = { ...run(result("a", true), result("b", true)), testsFailed: 1 };
    const error = await failureOf(setUp(counted), INPUTS);
    expect(error.message).toContain(": a, b: UP42 counts 1 failed tests without naming them");
  });

  test("has failed, when there was no test at all", async () => {
    const own = setUp(run());
    own.api.add({ id: "w1", events: [] });
    const error = await failureOf(own, { ...INPUTS, webhook: undefined });
    expect(error.message).toContain("UP42 ran no test at all");
  });
});

test("an inactive webhook is reported, although its test succeeds", async () => {
  const { session, call, lines } = setUp(run(result("a", true), result("b", true)));
  await runWebhookTest(session, call, { ...INPUTS, webhook: { ...WEBHOOK, active: false } });
  expect(lines).toEqual([
    'Webhook "alerts" (w1) is inactive: its test succeeded, but UP42 sends no notifications. Set active: true.',
  ]);
});

test("a webhook that this process has not met is read first, and its secret is hidden in what UP42 repeats", async () => {
  const api = new MemoryApi();
  api.add({ ...WEBHOOK, id: "w1", secret: "canary" });
  api.redact = (text) => [...api.concealed].reduce((all, one) => all.replaceAll(one, "[secret]"), text);
  api.testRuns = [run({ ...result("a", false), message: "no: canary" }, result("b", true))];
  const get = api.getWebhook.bind(api);
  api.getWebhook = async (workspaceId, id) => {
    const webhook = await get(workspaceId, id);
    api.conceal(webhook?.secret);
    return webhook;
  };
  const error = await failureOf(callOver(api), INPUTS);
  expect(api.calls).toEqual(["get w1", "test w1 "]);
  expect(error.message).toContain("a: no: [secret]");
  expect(JSON.stringify(error.outcome)).not.toContain("canary");
});

test("a webhook that is gone is no failed test: there is nothing to record", async () => {
  const { session, call } = setUp();
  await expect(runWebhookTest(session, call, INPUTS)).rejects.toThrow(
    /^Failed to test webhook "alerts" \(w1\): workspace ws has no such webhook.*pulumi refresh/,
  );
});

test("a webhook that UP42 does not have, and still lists, is tested again", async () => {
  const { api, session, call } = setUp(run(result("a", true), result("b", true)));
  api.add({ id: "w1" });
  const test = api.testWebhook.bind(api);
  api.testWebhook = async (...args) => {
    const tested = await test(...args);
    return api.count("test") > 1 ? tested : undefined;
  };
  expect(await runWebhookTest(session, call, INPUTS)).toHaveProperty("testsSucceeded", 2);
  expect(api.calls).toEqual(["test w1 ", "list", "test w1 "]);
});
