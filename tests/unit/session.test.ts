import { nextStepFor } from "../../provider/src/lifecycle/next-steps";
import { checkWebhook } from "../../provider/src/lifecycle/webhook/check";
import { createWebhook } from "../../provider/src/lifecycle/webhook/create";
import { CredentialsError, type ErrorCode, TransportError } from "../../provider/src/up42/errors";
import { Deadline, type Operation } from "../../provider/src/up42/operation";
import type { WebhookSpec } from "../../provider/src/up42/webhook";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

const INPUTS = { name: "alerts", url: "https://example.com/up42", events: ["order.status"], active: true };

/** A promise, and what settles it. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("of operations that share a request", () => {
  test.each([
    ["list", new TransportError("reset", { sent: "maybe" })],
    ["login", new CredentialsError("refused")],
  ])("each fails in its own name when the %s fails", async (shared, error) => {
    const api = new MemoryApi();
    const { opened, open } = gate();
    api.fault = async (call) => {
      if (call !== shared) {
        return;
      }
      await opened;
      throw error;
    };
    const { call } = callOver(api);
    const checks = ["alpha", "beta"].map(async (name) => await checkWebhook(call, {}, { ...INPUTS, name }));
    open();
    const reasons = (await Promise.all(checks)).map(({ failures }) => failures.map(({ reason }) => reason));
    expect(reasons).toEqual([
      [expect.stringMatching(/^Failed to check webhook "alpha": (?!.*beta)/)],
      [expect.stringMatching(/^Failed to check webhook "beta": (?!.*alpha)/)],
    ]);
  });

  test("each has its own time", async () => {
    const api = new MemoryApi();
    const { opened, open } = gate();
    api.fault = async () => await opened;
    const { session, call } = callOver(api, { workspaceId: undefined });
    const ask = async (timeoutMs: number) =>
      await session.run("ask", { ...call, timeoutMs }, async (operation) =>
        session.workspaceId(undefined, operation),
      );
    // The request is the impatient one's.
    const impatient = ask(1);
    const patient = ask(60_000);
    await expect(impatient).rejects.toThrow(/^Failed to ask: looking up the account's workspace took longer/);
    open();
    await expect(patient).resolves.toBe("own-workspace");
    expect(api.calls).toEqual(["userinfo"]);
  });
});

test("an operation that waits for another one of the same name and URL still has all of its time", async () => {
  const deadlines: Deadline[] = [];
  class TimedApi extends MemoryApi {
    override async createWebhook(workspaceId: string, spec: WebhookSpec, operation?: Operation) {
      if (operation !== undefined) {
        deadlines.push(operation.deadline);
      }
      if (deadlines.length === 1) {
        await opened;
      }
      return await super.createWebhook(workspaceId, spec);
    }
  }
  const { opened, open } = gate();
  const api = new TimedApi();
  const { session, call } = callOver(api, { workspaceId: "ws", timeoutSeconds: 60 });
  const inputs = { ...INPUTS, workspaceId: "ws", ifExists: "create" as const };
  const first = createWebhook(session, call, inputs);
  const second = createWebhook(session, call, inputs);
  while (deadlines.length === 0) {
    await new Promise(setImmediate);
  }
  const turn = Date.now();
  open();
  await Promise.all([first, second]);
  const [, deadline = new Deadline(0)] = deadlines;
  expect(Date.now() + deadline.remainingMs).toBeGreaterThanOrEqual(turn + 60_000);
});

test("the next step names the settings of the profile that was used", async () => {
  const codes: readonly ErrorCode[] = [
    "credentials",
    "forbidden",
    "network",
    "not-found",
    "rate-limited",
    "token",
  ];
  for (const code of codes) {
    const nextStep = nextStepFor(code, "up42-team-a");
    expect(nextStep).toMatch(/\bup42-team-a:\w+/);
    expect(nextStep).not.toMatch(/\bup42:/);
  }
  const { session, call } = callOver(new MemoryApi(), { namespace: "up42-team-a" });
  const failing = session.run("read webhook w1", call, async () => {
    await Promise.resolve();
    throw new CredentialsError("UP42 refused the username and password");
  });
  await expect(failing).rejects.toThrow(/\. Check that up42-team-a:username and up42-team-a:password /);
});
