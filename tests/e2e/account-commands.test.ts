import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { createProject, type PulumiProject } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { type Colleague, loginAs, onlyWebhook } from "../support/up42-account";
import { runUp42 } from "../support/up42-command";

const PROGRAM = `
const { Webhook } = require("pulumi-up42");
const secret = new (require("@pulumi/pulumi").Config)().requireSecret("webhookSecret");
new Webhook("orders", { url: "https://example.com/orders", events: ["order.status"], secret, active: true });
`;

describe("what is at UP42, seen from a stack", () => {
  const secret = canary("webhook");
  const password = canary("password");
  const account = { ...DEMO_ACCOUNT, password };
  let emulator: Emulator;
  let colleague: Colleague;
  let project: PulumiProject;
  let managed: string;
  let other: string;

  const up42 = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const result = await runUp42(args, { cwd: project.folder, env: { ...project.env, ...env } });
    expectNoCanaries([secret, password], { stdout: result.stdout, stderr: result.stderr });
    return result;
  };

  beforeAll(async () => {
    emulator = await startEmulator({ accounts: [account] });
    colleague = await loginAs(emulator, account);
    project = await createProject({
      program: PROGRAM,
      config: {
        "up42:username": account.username,
        "up42:apiUrl": emulator.url,
        "test:webhookSecret": { secret },
      },
      env: { UP42_PASSWORD: password },
    });
    await project.up();
    managed = onlyWebhook(emulator).id;
    other = await colleague.create({
      name: "by hand \u001b[31m",
      url: "https://example.com/b",
      events: ["job.status"],
    });
  });

  afterAll(async () => {
    await project?.dispose();
    await emulator?.close();
  });

  test("list shows each webhook, and whether this stack has it", async () => {
    const { exitCode, stdout, stderr } = await up42(["list"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["NAME", "URL", "EVENTS", "ACTIVE", "SIGNED", "IN STACK", "ID"],
      ["orders", "https://example.com/orders", "order.status", "yes", "yes", "yes", managed],
      ["by hand \uFFFD[31m", "https://example.com/b", "job.status", "no", "no", "no", other],
      [""],
      [`2 webhooks in workspace ${account.workspaceId}.`],
      [""],
    ]);
  });

  test("list --json has the same for machines, and no secret", async () => {
    const { stdout } = await up42(["list", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      workspaceId: account.workspaceId,
      webhooks: [
        {
          id: managed,
          name: "orders",
          url: "https://example.com/orders",
          events: ["order.status"],
          active: true,
          signed: true,
          inStack: true,
          createdAt: expect.any(String),
          updatedAt: expect.any(String),
        },
        expect.objectContaining({ id: other, active: false, signed: false, inStack: false }),
      ],
    });
  });

  test("list without a stack does not know what a stack has, and lists", async () => {
    const options = {
      cwd: project.root,
      env: { ...project.env, UP42_USERNAME: account.username, UP42_API_URL: emulator.url },
    };
    const { exitCode, stdout, stderr } = await runUp42(["list", "--json"], options);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ webhooks: [{ inStack: null }, { inStack: null }] });
  });

  test("list of a stack that does not exist fails, and says so", async () => {
    const { exitCode, stderr } = await up42(["list", "--stack", "no-such"], { PULUMI_STACK: "" });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("no-such");
  });

  test("whoami names the account, its workspace, and where each setting comes from", async () => {
    const { exitCode, stdout, stderr } = await up42(["whoami"], { UP42_MAX_RETRIES: "3" });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const [first, , ...table] = stdout.trimEnd().split("\n");
    expect(first).toBe(`Account ${account.username}, workspace ${account.workspaceId}`);
    expect(table.map((line) => line.split(/ {2,}/))).toEqual([
      ["SETTING", "VALUE", "FROM"],
      ["username", account.username, "up42:username in the stack's configuration"],
      ["password", "(not shown)", "UP42_PASSWORD in the environment"],
      ["region", "eu", "the default"],
      ["apiUrl", emulator.url, "up42:apiUrl in the stack's configuration"],
      ["authUrl", emulator.url, "apiUrl"],
      ["timeoutSeconds", "120", "the default"],
      ["maxRetries", "3", "UP42_MAX_RETRIES in the environment"],
      ["workspaceId", account.workspaceId, "UP42: the account's own"],
    ]);
  });

  test("whoami --json has the same, with the workspace that is configured", async () => {
    const { stdout } = await up42(["whoami", "--json"], { UP42_WORKSPACE_ID: account.workspaceId });
    expect(JSON.parse(stdout)).toMatchObject({
      account: account.username,
      workspaceId: account.workspaceId,
      region: "eu",
      settings: expect.arrayContaining([
        { name: "password", value: null, from: "UP42_PASSWORD in the environment" },
        { name: "workspaceId", value: account.workspaceId, from: "UP42_WORKSPACE_ID in the environment" },
      ]),
    });
  });

  test("whoami of credentials that UP42 refuses says what to check", async () => {
    const { exitCode, stdout, stderr } = await up42(["whoami"], { UP42_PASSWORD: "wrong" });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^Failed to log in: UP42 refused the username and password.*up42:password/);
  });
});
