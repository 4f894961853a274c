import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { startCommand } from "../../tools/process.mjs";
import { WORKSPACE } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs } from "../support/up42-account";
import { runUp42 } from "../support/up42-command";

describe("the command pulumi-up42, outside of a Pulumi project", () => {
  const secret = canary("webhook");
  const password = canary("password");
  const account = { ...DEMO_ACCOUNT, password };
  let emulator: Emulator;
  let receiver: TestReceiver;
  let broken: TestReceiver;
  let folder: string;
  let good: string;
  let bad: string;

  const up42 = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const result = await runUp42(args, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        UP42_USERNAME: account.username,
        UP42_PASSWORD: password,
        UP42_API_URL: emulator.url,
        UP42_MAX_RETRIES: "0",
        ...env,
      },
    });
    expectNoCanaries([secret, password], { stdout: result.stdout, stderr: result.stderr });
    expect(result.stderr).not.toMatch(/^\s+at /m);
    return result;
  };

  beforeAll(async () => {
    [emulator, receiver, broken] = await Promise.all([
      startEmulator({ accounts: [account] }),
      startReceiver(),
      startReceiver(500),
    ]);
    folder = await mkdtemp(join(tmpdir(), "pulumi-up42-test-"));
    const other = await loginAs(emulator, account);
    good = await other.create({
      name: "good",
      url: receiver.url,
      events: ["job.status", "order.status"],
      secret,
    });
    bad = await other.create({ name: "bad <&> \u001b[31mred", url: broken.url, events: ["job.status"] });
  });

  afterAll(async () => {
    await Promise.all([emulator?.close(), receiver?.close(), broken?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  test("a reader that goes away, as in `pulumi-up42 events | head`, is no error", async () => {
    const script = `"${join(WORKSPACE, "node_modules/.bin/pulumi-up42")}" events | true; exit "\${PIPESTATUS[0]}"`;
    const env = { PATH: process.env.PATH, UP42_API_URL: emulator.url, UP42_ACCESS_TOKEN: "unused" };
    const { result } = startCommand("bash", ["-c", script], { cwd: folder, env });
    expect(await result).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("test: everything arrives", async () => {
    const { exitCode, stdout } = await up42(["test", good]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${good}  good  job\\.status    ok `, "m"));
    expect(stdout).toMatch(new RegExp(`^${good}  good  order\\.status  ok `, "m"));
    expect(stdout).toContain("1 webhook: 2 of 2 tests succeeded.");
    expect(receiver.requests).toHaveLength(2);
  });

  test("test --all: something does not arrive", async () => {
    const { exitCode, stdout, stderr } = await up42(["test", "--all", "--timeout", "0.1"]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${bad}  bad <&> .*  job\\.status    FAILED  .*500`, "m"));
    expect(stdout).toContain("2 webhooks: 2 of 3 tests succeeded.");
    expect(stdout + stderr).not.toContain("\u001b");
  });

  test("test --json --junit: for machines", async () => {
    const { exitCode, stdout } = await up42([
      ...["test", "--all", "--events", "job.status,", "--timeout", "0.1"],
      ...["--json", "--junit", "report.xml"],
    ]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      workspaceId: account.workspaceId,
      testsRun: 2,
      testsSucceeded: 1,
      testsFailed: 1,
      errors: 0,
      webhooks: [
        {
          id: good,
          name: "good",
          active: false,
          tests: [expect.objectContaining({ eventName: "job.status", success: true })],
        },
        {
          id: bad,
          name: "bad <&> \uFFFD[31mred",
          active: false,
          tests: [expect.objectContaining({ eventName: "job.status", success: false })],
        },
      ],
    });
    const xml = await readFile(join(folder, "report.xml"), "utf8");
    expect(xml).toContain('<testsuites name="pulumi-up42" tests="2" failures="1" errors="0">');
    expect(xml).toContain(
      `<testsuite name="bad &lt;&amp;&gt; \uFFFD[31mred (${bad})" tests="1" failures="1" errors="0"`,
    );
    expect(xml).toMatch(/<failure message="[^"<]+">[^<]*500[^<]*<\/failure>/);
  });

  test("test: what cannot be found out is no failure of the webhook's", async () => {
    const unknownEvent = await up42(["test", good, "--events", "no.such", "--json", "--junit", "errors.xml"]);
    expect(unknownEvent.exitCode).toBe(2);
    expect(JSON.parse(unknownEvent.stdout)).toMatchObject({
      errors: 1,
      webhooks: [{ id: good, tests: [], error: expect.stringContaining("no.such") }],
    });
    expect(await readFile(join(folder, "errors.xml"), "utf8")).toContain("<error message=");
  });

  test("test: nothing tested is no success", async () => {
    const { exitCode, stdout, stderr } = await up42(["test", "--all", "--events", "order.statsu"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("none of them subscribes to order.statsu, only to job.status, order.status.");
  });

  test("test --junit: a report that cannot be written hides no result", async () => {
    const { exitCode, stdout, stderr } = await up42(["test", good, "--junit", "missing/report.xml"]);
    expect(exitCode).toBe(2);
    expect(stdout).toContain("1 webhook: 2 of 2 tests succeeded.");
    expect(stdout).toContain(
      `Webhook "good" (${good}) is inactive: UP42 sends it no notifications but tests.`,
    );
    expect(stderr).toMatch(/Failed to write .*report\.xml \(--junit\): ENOENT\. Create its folder/);
  });

  test("events: lists what UP42 can notify of", async () => {
    const { exitCode, stdout } = await up42(["events"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^EVENT +CATEGORY +DESCRIPTION\njob\.status +job +\S/);
    const json: unknown = JSON.parse((await up42(["events", "--json"])).stdout);
    expect(json).toContainEqual(expect.objectContaining({ name: "order.status", category: "order" }));
  });

  test.each([
    { args: [], env: {}, error: "Usage: pulumi-up42" },
    { args: ["tset"], env: {}, error: "unknown command 'tset'" },
    { args: ["test"], env: {}, error: "Give the ids of webhooks, or --all" },
    { args: ["test", "nobody"], env: {}, error: "Failed to find webhook nobody: workspace" },
    { args: ["test", "--all", "--timeout", "soon"], env: {}, error: "must be a number of more than 0" },
    { args: ["test", "--all", "--events", ","], env: {}, error: "must name an event" },
    { args: ["test", "--all"], env: { UP42_USERNAME: "" }, error: "The UP42 credentials are incomplete" },
    { args: ["events"], env: { UP42_API_URL: "http://127.0.0.1:9" }, error: "ECONNREFUSED" },
    { args: ["test", "--all"], env: { UP42_PASSWORD: "wrong" }, error: "UP42" },
  ])("$args with $env fails in plain words", async ({ args, env, error }) => {
    const { exitCode, stdout, stderr } = await up42(args, env);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(error);
  });

  test("a stack's configuration cannot be read without a Pulumi CLI", async () => {
    const nodeOnly = join(folder, "node-only");
    await mkdir(nodeOnly);
    await symlink(process.execPath, join(nodeOnly, "node"));
    // The shell finds `env`, which starts Node.js, by its path.
    const { exitCode, stderr } = await up42(["events", "--stack", "dev"], { PATH: nodeOnly });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Failed to run `pulumi config --json`: there is no `pulumi` on PATH. Install");
  });

  test("import refuses a Pulumi CLI that is too old", async () => {
    await writeFile(join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
    await writeFile(join(folder, "pulumi"), "#!/bin/sh\necho v3.253.0\n");
    await chmod(join(folder, "pulumi"), 0o755);
    const PATH = [folder, process.env.PATH].join(delimiter);
    const { exitCode, stderr } = await up42(["import", "--all"], { PATH });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "Failed to import: the Pulumi CLI on PATH is v3.253.0, and must be 3.254 or newer",
    );
  });
});
