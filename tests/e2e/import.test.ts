import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ModuleKind, ScriptTarget, transpile } from "typescript";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { createProject, type PulumiProject, WORKSPACE } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { type Colleague, loginAs, type WebhookBody } from "../support/up42-account";
import { runUp42 } from "../support/up42-command";

const FILE = "up42-import.json";

describe("importing webhooks that a colleague made", () => {
  const secret = canary("webhook");
  const password = canary("password");
  const account = { ...DEMO_ACCOUNT, password };
  const bodies: readonly WebhookBody[] = [
    { name: "Orders", url: "https://example.com/orders", events: ["order.status"], secret, active: true },
    { name: `Jobs & "ördérs"`, url: "https://example.com/b?c='1'", events: ["job.status, order.status"] },
    { name: "orders!", url: "https://example.com/other", events: ["job.status"], active: true },
  ];
  let emulator: Emulator;
  let other: Colleague;
  let project: PulumiProject;
  let ids: string[];

  const up42 = async (...args: string[]) => {
    const result = await runUp42(args, { cwd: project.folder, env: project.env });
    expectNoCanaries([secret, password], { stdout: result.stdout, stderr: result.stderr });
    return result;
  };
  const importFile = async () => await readFile(join(project.folder, FILE), "utf8");
  const pulumiImport = ["import", "--file", FILE, "--generate-code=false", "--protect=false", "--yes"];

  beforeAll(async () => {
    emulator = await startEmulator({ accounts: [account] });
    other = await loginAs(emulator, account);
    ids = [];
    for (const body of bodies) {
      ids.push(await other.create(body));
    }
    project = await createProject({
      program: "",
      config: {
        "up42:username": account.username,
        "up42:password": { secret: password },
        "up42:apiUrl": emulator.url,
      },
    });
  });

  afterAll(async () => {
    await project?.dispose();
    await emulator?.close();
  });

  test("import one, import all, preview, drift, repair, destroy", async () => {
    const [first = ""] = ids;
    const one = await up42("import", first);
    expect(one).toMatchObject({
      exitCode: 0,
      stdout: [
        'import * as pulumi from "@pulumi/pulumi";',
        'import { Webhook } from "pulumi-up42";',
        "",
        'const secrets = new pulumi.Config("webhook-secrets");',
        "",
        'new Webhook("orders", {',
        '  name: "Orders",',
        '  url: "https://example.com/orders",',
        '  events: ["order.status"],',
        '  secret: secrets.requireSecret("orders"),',
        "  active: true,",
        "});",
        "",
      ].join("\n"),
      stderr: expect.stringContaining("pulumi config set --secret webhook-secrets:orders\n"),
    });

    const all = await up42("import", "--all", "--set-secrets");
    const shortId = ids[2]?.slice(0, 8);
    expect(namesIn(all.stdout)).toEqual(["orders", "jobs-orders", `orders-${shortId}`]);
    expect(all.stderr).toContain("Wrote 3 webhooks");
    expect(all.stderr).toContain(`pulumi import --file ${FILE} --generate-code=false --protect=false\n`);
    expect(all.stderr).not.toContain("pulumi config set");
    expect((await stat(join(project.folder, FILE))).mode & 0o777).toBe(0o600);
    expectNoCanaries([secret, password], { file: await importFile() });

    emulator.clearRequests();
    await project.run(pulumiImport);
    expect(emulator.requests.filter(({ path }) => path.includes("/webhooks"))).toEqual([]);
    const { stack, text } = await project.exportStack();
    expect(
      stack.deployment.resources.flatMap(({ id = [], type }) => (type.includes("up42") ? id : [])).sort(),
    ).toEqual([...ids].sort());

    await project.writeProgram(compiled(all.stdout));
    const preview = await project.preview({ args: ["--expect-no-changes"] });
    expect(preview.changes).toEqual({ same: 4 });

    const before = truth();
    await other.change(first, {
      ...bodies[0],
      name: "Orders",
      url: "https://example.com/moved",
      events: ["job.status"],
      secret,
      active: true,
    });
    const refresh = await project.refresh();
    expect(refresh.changes).toEqual({ same: 3, update: 1 });
    expect(await inputsOf(first)).toMatchObject({
      url: "https://example.com/moved",
      events: ["job.status"],
      name: "Orders",
    });

    emulator.clearRequests();
    const up = await project.up();
    expect(up.steps.filter(({ op }) => op !== "same")).toEqual([
      expect.objectContaining({ op: "update", name: "orders" }),
    ]);
    expect(emulator.requests.filter(({ method }) => ["PUT", "DELETE"].includes(method))).toHaveLength(1);
    expect(truth()).toEqual(before);
    expect((await project.up()).changes).toEqual({ same: 4 });

    const nothing = await up42("import", "--all");
    expect(nothing).toMatchObject({ exitCode: 0, stdout: "" });
    expect(nothing.stderr).toContain("There is nothing to import");
    const late = await other.create({
      name: "ORDERS",
      url: "https://example.com/late",
      events: ["job.status"],
    });
    expect(namesIn((await up42("import", "--all")).stdout)).toEqual([`orders-${late.slice(0, 8)}`]);
    await other.delete(late);

    const shown = { preview: preview.stdout, refresh: refresh.stdout, up: up.stdout, exported: text };
    expectNoCanaries([secret, password], { ...(await project.files()), ...shown });
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });

  test("pulumi import with a type, a name and an id fails, changes nothing, and is a documented message", async () => {
    const id = await other.create({ name: "a", url: "https://example.com/a", events: ["job.status"] });
    emulator.clearRequests();
    const result = await project.run(
      ["import", "pulumi-nodejs:dynamic/up42:Webhook", "orders", id, "--protect=false", "--yes"],
      { expectFailure: true },
    );
    const message = "reading 'toJavaScript'";
    expect(result.stdout).toContain(message);
    expect(await readFile(join(WORKSPACE, "docs/troubleshooting.md"), "utf8")).toContain(`\`${message}\``);
    expect(emulator.requests).toEqual([]);
    expect((await project.exportStack()).text).not.toContain(id);
    await other.delete(id);
  });

  test.each([
    { args: [], error: "Give the ids of webhooks, or --all" },
    { args: ["--all", "some-id"], error: "Give the ids of webhooks, or --all" },
    { args: ["no-such-id"], error: "Failed to find webhook no-such-id: workspace" },
    { args: ["--all", "--stack", "nowhere"], error: "no stack named 'nowhere' found" },
    { args: ["--all", "--cwd", "/"], error: "Failed to read the stack: there is no Pulumi project here" },
    { args: ["--all", "--profile", "team-a"], error: "Set one of: up42-team-a:username" },
    { args: ["--all", "--nonsense"], error: "unknown option '--nonsense'" },
  ])("import $args fails in plain words", async ({ args, error }) => {
    const result = await up42("import", ...args);
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toContain(error);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  const truth = () =>
    emulator.webhooks().map(({ id, name, url, events, active, secret: own }) => ({
      id,
      name,
      url,
      // One is stored as it was written: "job.status, order.status".
      events: events.flatMap((event) => event.split(", ")).sort(),
      active,
      secret: own,
    }));
  const inputsOf = async (id: string) =>
    (await project.exportStack()).stack.deployment.resources.find((resource) => resource.id === id)?.inputs;
});

function namesIn(program: string): string[] {
  return [...program.matchAll(/^new Webhook\("([^"]*)"/gm)].map(([, name = ""]) => name);
}

function compiled(program: string): string {
  return transpile(program, { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 });
}
