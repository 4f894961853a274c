import { DEMO_ACCOUNT } from "up42-emulator";
import { startProxy } from "../support/broken-proxy";
import { script, startDeployment, type TestDeployment, takeCalls, takeRequests } from "../support/deployment";
import { loginAs, onlyWebhook } from "../support/up42-account";

const TOKEN = "POST /realms/public/protocol/openid-connect/token";
const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;

/** A webhook of both events, the given tests, and a resource that waits for the test "gate". */
const program = (url: string, tests: Record<string, object>) => `
  const webhook = new up42.Webhook("orders", { url: "${url}", events: ["job.status", "order.status"] });
  const tests = {};
  for (const [name, args] of Object.entries(${JSON.stringify(tests)})) {
    tests[name] = new up42.WebhookTest(name, { webhook, ...args });
  }
  class Announcement extends pulumi.dynamic.Resource {}
  const provider = { create: async () => ({ id: "announced", outs: {} }), delete: async () => {} };
  new Announcement(provider, "announcement", {}, { dependsOn: [tests.gate] });
  module.exports = { gate: tests.gate.tests };
`;

describe("a webhook's test", () => {
  let deployment: TestDeployment;

  beforeAll(async () => {
    deployment = await startDeployment({
      emulator: { testTimeoutSeconds: 3 },
      program: (url) => program(url, { gate: { timeoutSeconds: 0.5 } }),
    });
  });

  afterAll(() => deployment?.close());

  const rewrite = (tests: Record<string, object>, url = deployment.receiver.url): Promise<void> =>
    deployment.project.writeProgram(script(program(url, tests)));

  test("fails the deployment and names each failing event, with message and response", async () => {
    const { emulator, project, receiver } = deployment;
    receiver.answer({ status: 401, body: '{"code":"wrong_secret"}' });
    const up = await project.up({ expectFailure: true });
    const { id, name } = onlyWebhook(emulator);
    expect(up.stdout).toContain(
      `Webhook "${name}" (${id}) is inactive: UP42 sends no notifications. Set active: true to receive them.`,
    );
    expect(up.stdout).toContain(
      `Failed to test webhook "${name}" (401 Unauthorized from ${receiver.url}): job.status, order.status: Test request ` +
        "failed: wrong_secret (tried for 0.5 s). Fix the receiver and run `pulumi up` again.",
    );
    // Of its diagnostic, a terminal of 80 columns shows three lines: the first is Pulumi's.
    const [, diagnostic = ""] = up.stdout.split("up42:WebhookTest (gate):\n");
    const [first = "", second = ""] = diagnostic.split("\n");
    expect(first.length).toBeLessThanOrEqual(80);
    const shown = second.replace("\t", " ".repeat(4)).slice(0, 2 * 80);
    for (const part of [name, receiver.url, "401 Unauthorized", "wrong_secret"]) {
      expect(shown).toContain(part);
    }
    expect(up.steps.map(({ name }) => name)).not.toContain("announcement");
    expect(up.stdout + up.stderr).not.toMatch(/^\s+at /m);
    const { stack } = await project.exportStack();
    const failed = stack.deployment.resources.find(({ urn }) => urn.endsWith("::gate"));
    expect(failed?.initErrors).toHaveLength(1);
    expect(failed?.outputs).toMatchObject({ testsRun: 2, testsSucceeded: 0, testsFailed: 2 });
  });

  test("can be destroyed while it is failed", async () => {
    const { emulator, project } = deployment;
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });

  test("runs again on the next up, even after a refresh, until it succeeds; what depends on it waits so long", async () => {
    const { emulator, project, receiver } = deployment;
    receiver.answer("hang");
    const gate = { timeoutSeconds: 12 };
    await rewrite({ gate });
    const failed = await project.up({ expectFailure: true });
    expect(failed.stdout).toMatch(/Failed to test webhook .*job\.status, order\.status: .* \(No response\)/);
    // It makes the engine forget that something has failed.
    await project.refresh();
    takeCalls(emulator);

    receiver.answer(200);
    await rewrite({ gate, always: { alwaysRun: true, eventNames: ["order.status"] } });
    const repaired = await project.up();
    const { id } = onlyWebhook(emulator);
    expect(repaired.stdout).toContain(
      `Webhook "orders" (${id}) is inactive: its test succeeded, but UP42 sends no notifications. Set active: true.`,
    );
    expect(repaired.steps).toContainEqual(expect.objectContaining({ name: "gate", op: "update" }));
    expect(repaired.steps).toContainEqual(expect.objectContaining({ name: "announcement", op: "create" }));
    const tests = takeRequests(emulator).filter(({ path }) => path === `${WEBHOOKS}/${id}/tests`);
    expect(tests.map(({ body }) => JSON.stringify(body)).sort()).toEqual([
      '{"eventNames":["order.status"]}',
      "{}",
    ]);
    expect(await project.outputs()).toMatchObject({
      gate: [
        { eventName: "job.status", success: true },
        { eventName: "order.status", success: true },
      ],
    });
  });

  test("runs no more once it has succeeded, unless it is to run always", async () => {
    const { emulator, project } = deployment;
    const up = await project.up();
    expect(up.changes).toMatchObject({ update: 1 });
    expect(up.steps).toContainEqual(expect.objectContaining({ name: "always", op: "update" }));
    expect(takeCalls(emulator)).toEqual([TOKEN, `POST ${WEBHOOKS}/${onlyWebhook(emulator).id}/tests`]);
  });

  test("repeats only the events that fail, while the receiver comes alive", async () => {
    const { emulator, project } = deployment;
    const receiver = await startProxy("http://127.0.0.1:9");
    let refusals = 1;
    receiver.intercept(({ body }) => {
      const refuse = body.includes('"order.status"') && refusals > 0;
      if (refuse) {
        refusals -= 1;
      }
      return { answer: { status: refuse ? 503 : 200, body: "" } };
    });
    try {
      await rewrite({ gate: { timeoutSeconds: 60 } }, receiver.url);
      const up = await project.up();
      expect(up.stdout).toMatch(
        /Webhook "[^"]+" \(\S+\): order\.status: Test request failed: the receiver answered 503 Service Unavailable\. Trying again for up to \d+ s\./,
      );
      const tests = takeRequests(emulator).filter(({ path }) => path.endsWith("/tests"));
      expect(tests.map(({ body }) => body)).toEqual([{}, { eventNames: ["order.status"] }]);
      expect(await project.outputs()).toMatchObject({ gate: [{ success: true }, { success: true }] });
    } finally {
      await receiver.close();
    }
  });

  const answers = (data: { tests: readonly { eventName: string }[]; testsFailed?: number }): string => {
    const startedAt = "2026-01-01T00:00:00Z";
    const tests = data.tests.map((test) => ({
      ...test,
      success: true,
      message: "ok",
      response: "",
      startedAt,
    }));
    const counts = { testsRun: tests.length, testsSucceeded: tests.length, testsFailed: 0 };
    return JSON.stringify({ data: { startedAt, ...counts, ...data, tests }, error: null });
  };

  test.each([
    [
      "one event of two",
      { tests: [{ eventName: "job.status" }] },
      "order.status: UP42 gave no result for it",
    ],
    [
      "an event that nobody asked for",
      { tests: [{ eventName: "other" }] },
      "job.status, order.status: UP42 gave no result for it",
    ],
    [
      "a failure that it only counts",
      { tests: [{ eventName: "job.status" }, { eventName: "order.status" }], testsFailed: 1 },
      "job.status, order.status: UP42 counts 1 failed tests without naming them",
    ],
  ])("fails when UP42 answers %s", async (_what, data, reason) => {
    const { emulator, project } = deployment;
    const { url } = onlyWebhook(emulator);
    const up42 = await startProxy(emulator.url);
    up42.intercept(({ path }) =>
      path.endsWith("/tests") ? { answer: { status: 200, body: answers(data) } } : undefined,
    );
    try {
      await rewrite({ gate: { timeoutSeconds: 0.5, triggers: [reason] } }, url);
      const up = await project.up({ env: { UP42_API_URL: up42.url }, expectFailure: true });
      expect(up.stdout).toContain(`Failed to test webhook "orders" (${url}): ${reason}`);
    } finally {
      await up42.close();
    }
  });

  test("of a webhook that is gone fails and names pulumi refresh", async () => {
    const { emulator, project } = deployment;
    const { id, url } = onlyWebhook(emulator);
    await (await loginAs(emulator)).delete(id);
    await rewrite({ gate: { timeoutSeconds: 60, triggers: [1] } }, url);
    const up = await project.up({ expectFailure: true });
    expect(up.stdout).toContain(
      `Failed to test webhook "orders" (${id}): workspace ${DEMO_ACCOUNT.workspaceId} has no such webhook. Check webhookId and ` +
        "workspaceId; if it was deleted outside of this stack, run `pulumi refresh` and then `pulumi up`.",
    );
    await project.destroy();
  });
});
