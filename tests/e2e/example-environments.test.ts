import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { verifyNotification } from "pulumi-up42/receiver";
import { type Account, DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import {
  type CommandResult,
  describeResult,
  type RunningCommand,
  startCommand,
} from "../../tools/process.mjs";
import { parseStack } from "../support/engine";
import { createProject, type PulumiProject, WORKSPACE } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { canary, expectNoCanaries } from "../support/secrets";

const EXAMPLE = join(WORKSPACE, "examples", "environments");
const NAMES = ["dev", "staging", "prod"];

/** Dev and staging belong to one account, prod to another. */
const TEAM: Account = { ...DEMO_ACCOUNT, password: canary("team") };
const PROD: Account = {
  username: "prod@up42.example",
  password: canary("prod"),
  projectId: "5c8a6a4e-3f0b-4c58-9f5e-7d1b2f0c9a12",
  projectApiKey: "prod-project-api-key",
  workspaceId: "a1b2c3d4-0042-4042-8042-000000000043",
};
const SECRETS = { dev: canary("dev"), staging: canary("staging"), prod: canary("prod") };
const CANARIES = [TEAM.password, PROD.password, ...Object.values(SECRETS)];

let emulator: Emulator;
let receiver: TestReceiver;
let project: PulumiProject;
let running: RunningCommand | undefined;
/** All that was ever printed. */
let printed = "";

beforeAll(async () => {
  [emulator, receiver] = await Promise.all([startEmulator({ accounts: [TEAM, PROD] }), startReceiver()]);
  // The secret of dev comes from the stack's configuration, the others from the environment.
  project = await createProject({
    program: { folder: EXAMPLE },
    config: { webhookSecret: { secret: SECRETS.dev } },
  });
  await mkdir(temporaryFolder());
  await edit('profile: "prod",', `profile: "prod",\n    workspaceId: "${PROD.workspaceId}",`);
});

afterAll(async () => {
  running?.kill();
  await running?.result;
  await Promise.all([project?.dispose(), emulator?.close(), receiver?.close()]);
});

test("a preview shows all environments, and touches nothing", async () => {
  const { stdout } = await run(["--preview"]);
  expect(tableOf(stdout)).toEqual(
    NAMES.map((environment) =>
      expect.objectContaining({
        environment,
        result: "previewed",
        workspace: workspaceOf(environment),
        "webhook id": "-",
        changes: "1 to create",
      }),
    ),
  );
  expect(emulator.requests.filter(({ method, path }) => method !== "GET" && !isLogin(path))).toEqual([]);
  expect(receiver.requests).toEqual([]);
});

test("one command deploys all, each as it is defined, prod when staging has passed its test", async () => {
  // Dev and staging can only pass their tests when they run at once: neither does before the other has begun.
  const hasArrived = (name: string) => receiver.requests.some(({ path }) => path === `/${name}`);
  receiver.answer(({ path }) =>
    path === "/prod" || (hasArrived("dev") && hasArrived("staging")) ? 200 : 503,
  );
  const { stdout, stderr } = await run([]);
  const [dev, staging] = emulator.webhooks(TEAM.workspaceId).sort(byName);
  const [prod] = emulator.webhooks(PROD.workspaceId);
  const both = ["job.status", "order.status"];
  const common = { secret: SECRETS.dev, events: both };
  expect(dev).toMatchObject({ ...common, name: "notifications-dev", url: urlOf("dev"), active: false });
  expect(staging).toMatchObject({
    name: "notifications-staging",
    url: urlOf("staging"),
    active: true,
    events: both,
    secret: SECRETS.staging,
  });
  expect(prod).toMatchObject({
    name: "notifications-prod",
    url: urlOf("prod"),
    active: true,
    events: ["order.status"],
    secret: SECRETS.prod,
  });
  expect(emulator.webhooks()).toHaveLength(3);
  const row = { result: "deployed", changes: "1 created" };
  expect(tableOf(stdout)).toMatchObject([
    {
      ...row,
      environment: "dev",
      workspace: TEAM.workspaceId,
      "webhook id": dev?.id,
      url: urlOf("dev"),
      active: "no",
      test: "2 of 2 delivered",
    },
    {
      ...row,
      environment: "staging",
      workspace: TEAM.workspaceId,
      "webhook id": staging?.id,
      active: "yes",
      test: "2 of 2 delivered",
    },
    {
      ...row,
      environment: "prod",
      workspace: PROD.workspaceId,
      "webhook id": prod?.id,
      events: "order.status",
      active: "yes",
      test: "1 of 1 delivered",
    },
  ]);

  expect(lineOf(stderr, /^prod +starting$/m)).toBeGreaterThan(lineOf(stderr, /^staging +deployed/m));
  const received = receiver.requests.map(({ path }) => path);
  expect(received.indexOf("/prod")).toBeGreaterThan(received.lastIndexOf("/staging"));
  for (const name of ["dev", "staging", "prod"] as const) {
    const events = receiver.requests
      .filter(({ path }) => path === `/${name}`)
      .map((request) => verifyNotification(request, { secret: SECRETS[name] }).notification.event);
    // Once or more often: a test is repeated until it passes.
    expect([...new Set(events)].sort()).toEqual(name === "prod" ? ["order.status"] : both);
  }
});

test("prod is not touched when the receiver of staging fails, although it is to change", async () => {
  await edit("active: true,\n    profile", "active: false,\n    profile");
  // Failing receivers are given up sooner.
  await edit("testTimeoutSeconds: 60", "testTimeoutSeconds: 2");
  receiver.answer(({ path }) => (path === "/staging" ? 503 : 200));
  emulator.clearRequests();
  const { stdout, stderr } = await run(["prod"], 1);
  expect(tableOf(stdout)).toMatchObject([
    { environment: "staging", result: "failed", test: "0 of 2 delivered", changes: "none" },
    { environment: "prod", result: "not touched", "webhook id": "-" },
  ]);
  expect(stderr).toMatch(/^prod not touched: staging comes first, and failed$/m);
  expect(stderr).toMatch(
    /^staging failed: .*\n\t\* Failed to test webhook "notifications-staging" \(http\S+\): job\.status, order\.status: .*503/m,
  );
  expect(emulator.requests.filter(({ path }) => path.includes(PROD.workspaceId))).toEqual([]);
  expect(emulator.webhooks(PROD.workspaceId)).toMatchObject([{ active: true }]);
});

test("Ctrl-C ends what is in progress cleanly, and nothing else is begun", async () => {
  emulator.clearRequests();
  running = start([]);
  await running.waitForOutput(/^staging +Webhook .* Trying again/m);
  // As a terminal does it: to Pulumi too, which must not get it twice.
  running.kill("SIGINT");
  const { exitCode, stdout, stderr } = await ended(running);
  expect(exitCode).toBe(130);
  expect(tableOf(stdout)).toMatchObject([
    { environment: "dev", result: expect.stringMatching(/^(deployed|cancelled)$/) },
    { environment: "staging", result: "cancelled" },
    { environment: "prod", result: "not touched" },
  ]);
  expect(stderr).toMatch(/^Stopping: /m);
  expect(emulator.requests.filter(({ path }) => path.includes(PROD.workspaceId))).toEqual([]);
  const { stdout: exported } = await project.run(["stack", "export", "--stack", "staging"]);
  expect(exported).not.toContain("pending_operations");
  expect(parseStack(exported).deployment.resources).toHaveLength(4);
});

test("nothing is destroyed that is not named", async () => {
  emulator.clearRequests();
  const { stderr } = await run(["--destroy"], 2);
  expect(stderr).toMatch(/^--destroy needs the names of what to destroy.*\n\nUsage: /);
  expect(emulator.requests).toEqual([]);
});

test("destroying leaves nothing at UP42; no stack was left locked", async () => {
  const { stdout } = await run(["--destroy", ...NAMES]);
  expect(tableOf(stdout)).toMatchObject(
    NAMES.map((environment) => ({ environment, result: "destroyed", changes: "1 deleted" })),
  );
  expect(emulator.webhooks()).toEqual([]);
});

test("no secret was printed, or is in any file", async () => {
  expect(printed).toContain("deployed");
  expectNoCanaries(CANARIES, { ...(await project.files()), "what was printed": printed });
});

/** Runs the command as `npm start` does, in a copy of the example, and expects an exit code. */
async function run(args: readonly string[], exitCode = 0): Promise<CommandResult> {
  const result = await ended(start(args));
  if (result.exitCode !== exitCode)
    throw new Error(`Expected exit code ${exitCode}: ${describeResult(result)}`);
  return result;
}

function start(args: readonly string[]): RunningCommand {
  const { PULUMI_STACK: _dev, ...env } = project.env;
  const command = startCommand(process.execPath, ["--import", "tsx", "src/main.ts", ...args], {
    cwd: project.folder,
    env: {
      ...env,
      TMPDIR: temporaryFolder(),
      UP42_API_URL: emulator.url,
      UP42_USERNAME: TEAM.username,
      UP42_PASSWORD: TEAM.password,
      UP42_PROD_API_URL: emulator.url,
      UP42_PROD_USERNAME: PROD.username,
      UP42_PROD_PASSWORD: PROD.password,
      // What the definition says comes first; this one's requests would be refused.
      UP42_PROD_WORKSPACE_ID: TEAM.workspaceId,
      RECEIVER_URL: receiver.url,
      STAGING_WEBHOOK_SECRET: SECRETS.staging,
      PROD_WEBHOOK_SECRET: SECRETS.prod,
    },
  });
  return command;
}

/** Waits for the end of a command, and keeps what it printed. */
async function ended(command: RunningCommand): Promise<CommandResult> {
  const result = await command.result;
  printed += result.stdout + result.stderr;
  return result;
}

/** Part of what is searched for secrets. */
function temporaryFolder(): string {
  return join(dirname(project.folder), "tmp");
}

/** Changes the copy's definition. */
async function edit(before: string, after: string): Promise<void> {
  const file = join(project.folder, "src", "definition.ts");
  const text = await readFile(file, "utf8");
  expect(text).toContain(before);
  await writeFile(file, text.replaceAll(before, after));
}

/** The rows of the table, by the names of its columns. */
function tableOf(stdout: string): Record<string, string>[] {
  const [head = "", rule = "", ...rows] = stdout.trim().split("\n");
  const columns = [...rule.matchAll(/-+/g)].map(
    ({ index, 0: dashes }) => [index, index + dashes.length] as const,
  );
  const cells = (line: string): string[] => columns.map(([from, to]) => line.slice(from, to).trim());
  const names = cells(head);
  return rows.map((row) => Object.fromEntries(cells(row).map((cell, index) => [names[index] ?? "", cell])));
}

function lineOf(text: string, line: RegExp): number {
  const at = text.search(line);
  if (at < 0) throw new Error(`Found no ${line} in:\n${text}`);
  return at;
}

function workspaceOf(environment: string): string {
  return (environment === "prod" ? PROD : TEAM).workspaceId;
}

function urlOf(name: string): string {
  return `${receiver.url}/${name}`;
}

function isLogin(path: string): boolean {
  return path.endsWith("/token");
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name);
}
