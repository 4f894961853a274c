import { join } from "node:path";
import { type Account, DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { type RunningCommand, startCommand } from "../../tools/process.mjs";
import { nameOf } from "../support/engine";
import { freePorts } from "../support/listen";
import { createProject, type PulumiProject, WORKSPACE } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";

/** What the examples promise, as far as their READMEs' own commands, which readme.test.ts runs, do not show it. */

const EXAMPLES = join(WORKSPACE, "examples");
const WEBHOOK = "pulumi-nodejs:dynamic/up42:Webhook";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
});

async function emulate(accounts: Account[] = [DEMO_ACCOUNT]): Promise<Emulator> {
  const emulator = await startEmulator({ accounts });
  cleanups.push(() => emulator.close());
  return emulator;
}

async function receive(): Promise<TestReceiver> {
  const receiver = await startReceiver();
  cleanups.push(() => receiver.close());
  return receiver;
}

async function deployable(
  example: string,
  emulator: Emulator,
  config: Record<string, string | { secret: string }>,
  env: Record<string, string> = {},
): Promise<PulumiProject> {
  const { username, password } = DEMO_ACCOUNT;
  const project = await createProject({
    program: { folder: join(EXAMPLES, example) },
    config,
    env: { UP42_API_URL: emulator.url, UP42_USERNAME: username, UP42_PASSWORD: password, ...env },
  });
  cleanups.push(() => project.dispose());
  return project;
}

describe("examples/gateway", () => {
  let gateway: RunningCommand;

  async function startGateway(project: PulumiProject, port: number): Promise<void> {
    const env = { ...project.env, PORT: String(port) };
    gateway = startCommand(process.execPath, ["gateway.mjs"], { cwd: project.folder, env });
    cleanups.push(async () => {
      gateway.kill();
      await gateway.result;
    });
    await gateway.waitForOutput(/Gateway on/);
  }

  test("the URL is unknown at preview, and the gateway's own once it is there", async () => {
    const emulator = await emulate();
    const [port = 0] = await freePorts(1);
    const url = `http://localhost:${port}`;
    const project = await deployable("gateway", emulator, { gateway: url, secret: { secret: "first" } });
    await startGateway(project, port);

    const preview = await project.preview({ args: ["--diff"] });
    expect(preview.changes).toEqual({ create: 4 });
    expect(preview.stdout).toMatch(/^ +url +: \[unknown\]$/m);
    expect(emulator.requests.map(({ method, path }) => `${method} ${path}`)).not.toContainEqual(
      expect.stringMatching(/^POST .*webhooks/),
    );

    await project.up();
    const [created] = emulator.webhooks();
    expect(created?.url).toMatch(new RegExp(`^${url}/[0-9a-f-]{36}$`));
    expect(await project.outputs()).toEqual({ url: created?.url });
    await gateway.waitForOutput(/^order\.status/m);

    await project.run(["config", "set", "--secret", "secret", "second"]);
    const { steps } = await project.up();
    expect(steps).toContainEqual(expect.objectContaining({ op: "update", type: WEBHOOK }));
    const [changed] = emulator.webhooks();
    expect(changed).toMatchObject({ id: created?.id, secret: "second" });
    expect(changed?.url).not.toBe(created?.url);

    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
    expect((await fetch(changed?.url ?? url, { method: "POST" })).status).toBe(404);
  });
});

describe("examples/component", () => {
  test("each component has a webhook, a secret of its own and a test as its children", async () => {
    const [emulator, receiver] = await Promise.all([emulate(), receive()]);
    const project = await deployable("component", emulator, { receivers: receiver.url });
    await project.up();

    const { stack, text } = await project.exportStack();
    const children = stack.deployment.resources.flatMap(({ parent, urn, type }) =>
      String(parent).includes("TestedWebhook") ? [`${nameOf(String(parent))}: ${type} ${nameOf(urn)}`] : [],
    );
    expect(children.sort()).toEqual(
      ["jobs", "orders"].flatMap((name) => [
        `${name}: pulumi-nodejs:dynamic/up42:Webhook ${name}`,
        `${name}: pulumi-nodejs:dynamic/up42:WebhookTest ${name}`,
        `${name}: pulumi-nodejs:dynamic:Resource ${name}-secret`,
      ]),
    );
    expect(emulator.webhooks().map(({ name, active }) => [name, active])).toEqual(
      expect.arrayContaining([
        ["jobs", true],
        ["orders", true],
      ]),
    );
    const secrets = secretsAt(emulator);
    expect(secrets.jobs).not.toBe(secrets.orders);
    for (const secret of Object.values(secrets)) {
      expect(secret).toMatch(/^[\w-]{43}$/);
      expect(text).not.toContain(secret);
    }
    expect(receiver.requests).toHaveLength(2);

    await project.up({ args: ["--replace", "**orders-secret"] });
    const { orders, jobs } = secretsAt(emulator);
    expect(orders).not.toBe(secrets.orders);
    expect(jobs).toBe(secrets.jobs);
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(["/jobs", "/orders", "/orders"]);
  });
});

describe("examples/accounts", () => {
  const account = (name: string, digit: string): Account => ({
    username: `${name}@up42.example`,
    password: `${name}-password`,
    projectId: `${digit.repeat(8)}-0000-4000-8000-000000000000`,
    projectApiKey: `${name}-key`,
    workspaceId: `${digit.repeat(8)}-0042-4042-8042-000000000042`,
  });
  const [farming, maritime] = [account("farming", "a"), account("maritime", "b")];

  test("each account gets its own webhook, and nothing from the settings without a profile", async () => {
    const [emulator, receiver] = await Promise.all([emulate([farming, maritime, DEMO_ACCOUNT]), receive()]);
    const config = {
      receivers: receiver.url,
      "up42-farming:apiUrl": emulator.url,
      "up42-farming:username": farming.username,
      "up42-farming:password": { secret: farming.password },
    };
    const env = { UP42_MARITIME_API_URL: emulator.url, UP42_MARITIME_USERNAME: maritime.username };
    const project = await deployable("accounts", emulator, config, env);
    const refused = await project.preview({ expectFailure: true });
    expect(refused.stdout).toContain("up42-maritime:password (or UP42_MARITIME_PASSWORD)");

    await project.up({ env: { UP42_MARITIME_PASSWORD: maritime.password } });
    const namesAt = ({ workspaceId }: Account) => emulator.webhooks(workspaceId).map(({ name }) => name);
    expect([farming, maritime, DEMO_ACCOUNT].map(namesAt)).toEqual([["farming"], ["maritime"], []]);
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(["/farming", "/maritime"]);
  });
});

function secretsAt(emulator: Emulator): Record<string, string> {
  return Object.fromEntries(emulator.webhooks().map(({ name, secret }) => [name, secret]));
}
