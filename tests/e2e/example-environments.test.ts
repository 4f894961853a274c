import { join } from "node:path";
import { verifyNotification } from "pulumi-up42/receiver";
import { type Account, DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { type CommandResult, startCommand } from "../../tools/process.mjs";
import { createProject, type PulumiProject, WORKSPACE } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { canary, expectNoCanaries } from "../support/secrets";

const EXAMPLE = join(WORKSPACE, "examples", "environments");

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
const BOTH = ["job.status", "order.status"];

let emulator: Emulator;
let receiver: TestReceiver;
let project: PulumiProject;
let printed = "";

beforeAll(async () => {
  [emulator, receiver] = await Promise.all([startEmulator({ accounts: [TEAM, PROD] }), startReceiver()]);
  project = await createProject({
    program: { folder: EXAMPLE },
    env: {
      UP42_API_URL: emulator.url,
      UP42_USERNAME: TEAM.username,
      UP42_PASSWORD: TEAM.password,
      UP42_PROD_API_URL: emulator.url,
      UP42_PROD_USERNAME: PROD.username,
      UP42_PROD_PASSWORD: PROD.password,
    },
  });
  for (const [name, secret] of Object.entries(SECRETS)) {
    const stack = ["--stack", name];
    if (name !== "dev") {
      await project.run(["stack", "init", name, "--no-select"]);
    }
    await project.run(["config", "set-all", "--plaintext", `url=${urlOf(name)}`, ...stack]);
    await project.run(["config", "set-all", "--secret", `webhookSecret=${secret}`, ...stack]);
  }
});

afterAll(async () => {
  await Promise.all([project?.dispose(), emulator?.close(), receiver?.close()]);
});

test("one command deploys all, each as it is configured, prod when staging has passed its test", async () => {
  // Dev and staging pass their tests only when they run at once: neither does before the other has begun.
  const hasArrived = (name: string) => receiver.requests.some(({ path }) => path === `/${name}`);
  receiver.answer(({ path }) =>
    path === "/prod" || (hasArrived("dev") && hasArrived("staging")) ? 200 : 503,
  );
  expect((await start()).exitCode).toBe(0);

  const webhooks = (workspaceId: string) =>
    [...emulator.webhooks(workspaceId)].sort((a, b) => a.name.localeCompare(b.name));
  expect(webhooks(TEAM.workspaceId)).toMatchObject([
    webhookOf("dev", BOTH, false),
    webhookOf("staging", BOTH),
  ]);
  expect(webhooks(PROD.workspaceId)).toMatchObject([webhookOf("prod", ["order.status"])]);
  expect(emulator.webhooks()).toHaveLength(3);

  const received = receiver.requests.map(({ path }) => path);
  expect(received.indexOf("/prod")).toBeGreaterThan(received.lastIndexOf("/staging"));
  for (const name of ["dev", "staging", "prod"] as const) {
    const events = receiver.requests
      .filter(({ path }) => path === `/${name}`)
      .map((request) => verifyNotification(request, { secret: SECRETS[name] }).notification.event);
    // A test is repeated until it passes.
    expect([...new Set(events)].sort()).toEqual(name === "prod" ? ["order.status"] : BOTH);
  }
});

test("prod is not touched when the receiver of staging fails, although it is to change", async () => {
  await project.run(["config", "set-all", "--plaintext", "active=false", "--stack", "prod"]);
  // A failing receiver is given up sooner.
  await project.run(["config", "set-all", "--plaintext", "testTimeoutSeconds=1", "--stack", "staging"]);
  receiver.answer(({ path }) => (path === "/staging" ? 503 : 200));
  emulator.clearRequests();
  const { exitCode, stdout, stderr } = await start();
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^dev: succeeded$/m);
  expect(stdout).toMatch(/^staging: .*Failed to test webhook "notifications-staging" .*503/m);
  expect(stdout).toMatch(/^staging: failed$/m);
  expect(stderr).toMatch(/^prod: not touched$/m);
  expect(emulator.requests.filter(({ path }) => path.includes(PROD.workspaceId))).toEqual([]);
  expect(emulator.webhooks(PROD.workspaceId)).toMatchObject([{ active: true }]);
});

test("prod is protected", async () => {
  const { stdout } = await project.destroy({ args: ["--stack", "prod"], expectFailure: true });
  expect(stdout).toContain("protect");
  expect(emulator.webhooks(PROD.workspaceId)).toHaveLength(1);
});

test("no secret was printed, or is in any file", async () => {
  expect(printed).toContain("succeeded");
  // The event log of a command has Pulumi's own debug output, in which every secret stands in clear.
  const files = Object.entries(await project.files()).filter(([name]) => !name.startsWith("events-"));
  const canaries = [TEAM.password, PROD.password, ...Object.values(SECRETS)];
  expectNoCanaries(canaries, { ...Object.fromEntries(files), "what was printed": printed });
});

/** Runs the command of `npm start`, in a copy of the example. */
async function start(): Promise<CommandResult> {
  const { PULUMI_STACK: _, ...env } = project.env;
  const result = await startCommand(process.execPath, ["deploy.mjs"], { cwd: project.folder, env }).result;
  printed += result.stdout + result.stderr;
  return result;
}

function webhookOf(name: keyof typeof SECRETS, events: readonly string[], active = true): object {
  return { name: `notifications-${name}`, url: urlOf(name), events, active, secret: SECRETS[name] };
}

function urlOf(name: string): string {
  return `${receiver.url}/${name}`;
}
