import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { type Activity, NO_ACTIVITY, observe } from "../../examples/environments/src/activity";
import type { EnvironmentName } from "../../examples/environments/src/definition";
import { passOn } from "../../examples/environments/src/interruption";
import { type Outcome, operate, type Result } from "../../examples/environments/src/operation";
import { parseOptions } from "../../examples/environments/src/options";
import { showProgress } from "../../examples/environments/src/progress";
import { promote, promotedFrom, type WaitsFor } from "../../examples/environments/src/promotion";
import { outcomeTable } from "../../examples/environments/src/table";
import { checkWorkDir, openStack, WORK_DIR } from "../../examples/environments/src/workspace";

type Workspace = typeof import("../../examples/environments/src/workspace");

jest.mock("../../examples/environments/src/workspace", () => ({
  ...jest.requireActual<Workspace>("../../examples/environments/src/workspace"),
  openStack: jest.fn(),
}));

describe("the command line", () => {
  const nothing = { preview: false, destroy: false, help: false };

  test.each<[string[], object]>([
    [[], { ...nothing, names: ["dev", "staging", "prod"] }],
    [["--preview"], { ...nothing, preview: true, names: ["dev", "staging", "prod"] }],
    [["dev"], { ...nothing, names: ["dev"] }],
    // Prod cannot be deployed past staging, but destroyed alone.
    [["prod"], { ...nothing, names: ["staging", "prod"] }],
    [["--destroy", "prod", "dev"], { ...nothing, destroy: true, names: ["dev", "prod"] }],
    [["-h"], { ...nothing, help: true, names: ["dev", "staging", "prod"] }],
  ])("%j", (args, options) => {
    expect(parseOptions(args)).toEqual(options);
  });

  test.each<[string[], RegExp]>([
    [["--prewiev"], /--prewiev/],
    [["prod", "stage", "live"], /no environment stage, live; there are dev, staging, prod/],
    [["--destroy"], /--destroy needs the names of what to destroy: dev, staging, prod/],
  ])("%j is refused", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe("promotion", () => {
  const names: EnvironmentName[] = ["dev", "staging", "prod"];
  const afterStaging: WaitsFor = (name) => (name === "prod" ? "staging" : undefined);

  async function results(waitsFor: WaitsFor, staging: Result): Promise<Record<string, string>> {
    const outcomes = await promote(names, waitsFor, async (name, obstacle) => {
      await Promise.resolve();
      const result = obstacle === undefined ? (name === "staging" ? staging : "deployed") : "not touched";
      return outcomeOf(name, result, { step: obstacle ?? "" });
    });
    return Object.fromEntries(
      outcomes.map(({ environment, result, activity }) => [environment, `${result} ${activity.step}`.trim()]),
    );
  }

  test("goes on when the source has succeeded, and not when it has not", async () => {
    expect(await results(afterStaging, "deployed")).toMatchObject({ prod: "deployed" });
    expect(await results(afterStaging, "no stack")).toMatchObject({ prod: "deployed" });
    expect(await results(afterStaging, "failed")).toEqual({
      dev: "deployed",
      staging: "failed",
      prod: "not touched staging comes first, and failed",
    });
    expect(await results(afterStaging, "cancelled")).toMatchObject({
      prod: "not touched staging comes first, and was cancelled",
    });
    expect(await results(() => undefined, "failed")).toMatchObject({ prod: "deployed" });
  });

  test.each([
    [["staging", "prod"], { staging: "failed", prod: "not touched" }],
    [["prod"], { prod: "destroyed" }],
  ])(
    "destroying %j leaves prod alone when staging is to be destroyed, and is not",
    async (args, expected) => {
      const { names: named } = parseOptions(["--destroy", ...args]);
      const outcomes = await promote(
        named,
        (name) => promotedFrom(name, named),
        async (name, obstacle) => {
          const result = name === "staging" ? "failed" : "destroyed";
          return await Promise.resolve(outcomeOf(name, obstacle === undefined ? result : "not touched"));
        },
      );
      expect(Object.fromEntries(outcomes.map(({ environment, result }) => [environment, result]))).toEqual(
        expected,
      );
    },
  );

  test("what waits for nothing begins at once, what waits begins later", async () => {
    const begun: string[] = [];
    const release: (() => void)[] = [];
    const done = promote(names, afterStaging, async (name) => {
      begun.push(name);
      await new Promise<void>((resolve) => release.push(resolve));
      return outcomeOf(name, "deployed");
    });
    await Promise.resolve();
    expect(begun).toEqual(["dev", "staging"]);
    // Staging alone is enough.
    release[1]?.();
    while (release.length < 3) await Promise.resolve();
    expect(begun).toEqual(["dev", "staging", "prod"]);
    for (const end of release) end();
    expect((await done).map(({ environment }) => environment)).toEqual(names);
  });

  test("an order that cannot be is refused before anything is run", async () => {
    const run = jest.fn(() => Promise.resolve(outcomeOf("dev", "deployed")));
    const circle: WaitsFor = (name) => (name === "staging" ? "prod" : undefined);
    await expect(promote(names, circle, run)).rejects.toThrow("staging is promoted from prod");
    expect(run).not.toHaveBeenCalled();
  });
});

describe("the engine's events", () => {
  const webhook = step("Webhook", {
    op: "create",
    inputs: {
      workspaceId: "ws-1",
      url: "https://a.example",
      events: ["order.status", "job.status"],
      active: true,
    },
  });

  test("a webhook and its test, as far as they exist", () => {
    const previewed = observeAll({ resOutputsEvent: { metadata: webhook, planning: true } });
    expect(previewed).toMatchObject({
      step: "would create Webhook notifications",
      changes: { create: 1 },
      webhook: {
        id: undefined,
        workspaceId: "ws-1",
        url: "https://a.example",
        events: ["job.status", "order.status"],
        active: true,
      },
    });
    const test = step("WebhookTest", { op: "create", outputs: { testsRun: 2, testsSucceeded: 1 } });
    const failed = observeAll(
      { resOutputsEvent: { metadata: step("Webhook", { op: "create", id: "id-1" }) } },
      { resourcePreEvent: { metadata: test } },
      { resOpFailedEvent: { metadata: test, status: 0, steps: 0 } },
    );
    expect(failed).toMatchObject({
      step: "create WebhookTest notifications: failed",
      changes: { create: 1 },
      webhook: { id: "id-1" },
      test: { delivered: 1, run: 2 },
    });
  });

  test("only what changes something counts", () => {
    const operations = [
      "same",
      "read",
      "create-replacement",
      "replace",
      "delete-replaced",
      "refresh",
    ] as const;
    const events = operations.map((op) => ({ resOutputsEvent: { metadata: step("Webhook", { op }) } }));
    expect(observeAll(...events).changes).toEqual({ replace: 1 });
    const stack = { ...webhook, type: "pulumi:pulumi:Stack" };
    expect(observeAll({ resOutputsEvent: { metadata: stack } })).toEqual(NO_ACTIVITY);
  });

  test("errors are kept once, and debug messages, which hold secrets, are not heard", () => {
    const error = { severity: "error", color: "never", message: "it went wrong\n" } as const;
    // The type of the SDK does not know that there are debug messages.
    const debug: EngineEvent = JSON.parse(
      '{"diagnosticEvent":{"severity":"debug","message":"the secret is 42"}}',
    );
    const activity = observeAll(
      { diagnosticEvent: error },
      { diagnosticEvent: error },
      { diagnosticEvent: { ...error, message: "update failed\n" } },
      { diagnosticEvent: { ...error, severity: "info", message: "trying again\nsoon" } },
      debug,
    );
    expect(activity).toEqual({ ...NO_ACTIVITY, step: "trying again", errors: ["it went wrong"] });
  });

  test("Pulumi says that it stops", () => {
    const message = "^C received; cancelling. If you would like to terminate immediately, press ^C again.\n";
    expect(observeAll({ stdoutEvent: { message, color: "never" } })).toMatchObject({ cancelling: true });
  });
});

describe("an interruption", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test.each([
    ["is passed on", false],
    ["is not, when Pulumi got it from the terminal", true],
  ])("%s", (_what, isStopping) => {
    const interruption = new AbortController();
    const signal = passOn(interruption.signal, () => isStopping);
    interruption.abort();
    expect(signal.aborted).toBe(false);
    jest.runAllTimers();
    expect(signal.aborted).toBe(!isStopping);
  });
});

describe("an operation", () => {
  const killed = "Command was killed with SIGINT: pulumi stack output";

  test.each([
    ["its own words", "code: 255\n stdout: much\n stderr: error: locked\nerror: locked\n", "error: locked"],
    ["that it was killed", `code: -2\n stdout: \n stderr: ${killed}\n err?: Error: ${killed}\n`, killed],
  ])("that fails after an interruption is cancelled, and says why: %s", async (_what, message, told) => {
    const interruption = new AbortController();
    jest.mocked(openStack).mockImplementationOnce(() => {
      interruption.abort();
      return Promise.reject(new Error(message));
    });
    const deploy = { destroy: false, preview: false };
    const outcome = await operate("dev", deploy, interruption.signal, () => undefined);
    expect(outcome).toMatchObject({ result: "cancelled", activity: { errors: [told] } });
  });
});

describe("progress", () => {
  function output(isTTY: boolean) {
    let text = "";
    const write = (more: string | Uint8Array): boolean => {
      text += String(more);
      return true;
    };
    return { stream: { isTTY, columns: 24, write }, text: () => text };
  }

  test("is one line for each step where there is no terminal", () => {
    const { stream, text } = output(false);
    const progress = showProgress(["dev", "staging"], stream);
    progress.show("dev", "starting");
    progress.show("dev", "starting");
    progress.note("Stopping");
    progress.show("staging", "done");
    progress.end();
    expect(text()).toBe("dev      starting\nStopping\nstaging  done\n");
  });

  test("is redrawn in a terminal, never wider than it", () => {
    const { stream, text } = output(true);
    const progress = showProgress(["dev", "staging"], stream);
    progress.show("dev", "starting");
    progress.show("staging", "create WebhookTest notifications");
    progress.end();
    const [first = "", ...more] = text().split("\u001b[3A");
    expect(more).toHaveLength(2);
    expect(first).toBe("\r\u001b[2Kdev      starting\n\r\u001b[2Kstaging  \n\r\u001b[2K0 s  \n");
    expect(more.at(-1)).toBe(
      "\r\u001b[2Kdev      starting\n\r\u001b[2Kstaging  create Webhoo…\n\r\u001b[2K0 s  \n",
    );
  });
});

describe("the table", () => {
  const webhook = {
    id: "id-1",
    workspaceId: "ws-1",
    url: "https://a.example",
    events: ["job.status"],
    active: true,
  };
  const outcomes = [
    outcomeOf("staging", "deployed", {
      webhook,
      test: { delivered: 1, run: 1 },
      changes: { update: 1, create: 2 },
    }),
    outcomeOf("prod", "not touched"),
  ];
  const deploy = { destroy: false, preview: false };

  test("has a row for each environment", () => {
    expect(outcomeTable(outcomes, deploy).split("\n")).toEqual([
      "environment  result       workspace  webhook id  url                events      active  test              changes               duration",
      "-----------  -----------  ---------  ----------  -----------------  ----------  ------  ----------------  --------------------  --------",
      "staging      deployed     ws-1       id-1        https://a.example  job.status  yes     1 of 1 delivered  1 updated, 2 created  1.2 s",
      "prod         not touched  -          -           -                  -           -       -                 -                     1.2 s",
    ]);
    expect(outcomeTable(outcomes, { ...deploy, preview: true })).toContain("1 to update, 2 to create");
  });

  test("is a block for each environment where it would not fit", () => {
    const text = outcomeTable(outcomes, deploy, 80);
    expect(text).toMatch(/^staging\n {2}result {6}deployed\n {2}workspace {3}ws-1\n {2}webhook id {2}id-1\n/);
    expect(text).toMatch(/^prod\n {2}result {6}not touched$/m);
    expect(outcomeTable(outcomes, deploy, 137)).toBe(outcomeTable(outcomes, deploy));
  });
});

describe("the workDir", () => {
  test("the example's own has all that Pulumi needs", () => {
    expect(() => checkWorkDir(WORK_DIR)).not.toThrow();
  });

  test("one without our packages is refused, with what to do", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-workdir-"));
    try {
      expect(() => checkWorkDir(folder)).toThrow(
        `The folder ${folder} has no Pulumi.yaml and no @pulumi/pulumi/cmd/dynamic-provider and no pulumi-up42/host. It ` +
          `is the workDir in which Pulumi starts the provider, whatever folder this command runs in. Run \`npm install ` +
          `pulumi-up42 @pulumi/pulumi\` in it, or let WORK_DIR (src/workspace.ts) be the folder that has Pulumi.yaml`,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function outcomeOf(environment: EnvironmentName, result: Result, activity: Partial<Activity> = {}): Outcome {
  return { environment, result, activity: { ...NO_ACTIVITY, ...activity }, seconds: 1.234 };
}

function observeAll(...events: readonly Partial<EngineEvent>[]): Activity {
  return events.reduce<Activity>(
    (activity, event) => observe(activity, { sequence: 0, timestamp: 0, ...event }),
    NO_ACTIVITY,
  );
}

function step(
  kind: string,
  {
    op,
    id = "",
    inputs = {},
    outputs = {},
  }: { op: StepEventMetadata["op"]; id?: string; inputs?: object; outputs?: object },
): StepEventMetadata {
  const type = `pulumi-nodejs:dynamic/up42:${kind}`;
  const urn = `urn:pulumi:dev::project::${type}::notifications`;
  return { op, urn, type, provider: "", new: { type, urn, id, parent: "", inputs, outputs, provider: "" } };
}
