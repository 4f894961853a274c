import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { type RunningCommand, startCommand } from "../../tools/process.mjs";
import { createProject, type PulumiProject } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs } from "../support/up42-account";

/** Two webhooks; held up, while the stack is locked, for as long as HOLD names a file that does not exist. */
const PROGRAM = `
const { existsSync } = require("node:fs");
const { setTimeout } = require("node:timers/promises");
const pulumi = require("@pulumi/pulumi");
const { Webhook } = require("pulumi-up42");
module.exports = async () => {
  console.log("the program runs");
  while (process.env.HOLD !== undefined && !existsSync(process.env.HOLD)) await setTimeout(50);
  const secret = new pulumi.Config().requireSecret("secret");
  const orders = new Webhook("orders", { url: "https://example.com/orders", events: ["order.status"], secret });
  const jobs = new Webhook("jobs", { url: "https://example.com/jobs", events: ["job.status"], active: true });
  return { ids: [orders.id, jobs.id] };
};
`;

/** Where a test's state is kept. */
interface Backend {
  /** What Pulumi must have in its environment; nothing: the project's own folder for states. */
  readonly env: Readonly<Record<string, string>>;
  /** All that is stored there, beyond the project's files, by name. */
  stored(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

const startFileBackend = (): Promise<Backend> =>
  Promise.resolve({ env: {}, stored: () => Promise.resolve({}), close: () => Promise.resolve() });

async function startS3Backend(): Promise<Backend> {
  const directory = await mkdtemp(join(tmpdir(), "pulumi-up42-s3-"));
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: "states", configs: [] }],
  });
  const { port } = await server.run();
  const parameters = `endpoint=127.0.0.1:${port}&disableSSL=true&s3ForcePathStyle=true&region=us-east-1`;
  return {
    env: {
      PULUMI_BACKEND_URL: `s3://states?${parameters}`,
      // The server's own, known to everybody.
      AWS_ACCESS_KEY_ID: "S3RVER",
      AWS_SECRET_ACCESS_KEY: "S3RVER",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    stored: async () => {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name));
      const texts = files.map(async (file) => [file, await readFile(file, "utf8")] as const);
      return Object.fromEntries(await Promise.all(texts));
    },
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

describe.each([
  { kind: "a folder", start: startFileBackend },
  { kind: "an S3-compatible store", start: startS3Backend },
])("with the state in $kind", ({ start }) => {
  const secret = canary("webhook");
  let backend: Backend;
  let emulator: Emulator;
  let project: PulumiProject;
  let colleague: string;

  beforeAll(async () => {
    [backend, emulator] = await Promise.all([start(), startEmulator()]);
    project = await createProject({
      program: PROGRAM,
      config: {
        "up42:username": DEMO_ACCOUNT.username,
        "up42:password": { secret: DEMO_ACCOUNT.password },
        "up42:apiUrl": emulator.url,
        "test:secret": { secret },
      },
      env: backend.env,
    });
    colleague = await mkdtemp(join(tmpdir(), "pulumi-up42-colleague-"));
    await cp(project.folder, colleague, { recursive: true });
  });

  afterAll(async () => {
    await project?.dispose();
    await Promise.all([emulator?.close(), backend?.close(), rm(colleague, { recursive: true, force: true })]);
  });

  /** `pulumi up` from a colleague's folder, on the same stack. */
  const colleagueUp = (): RunningCommand => {
    const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never"];
    return startCommand("pulumi", args, { cwd: colleague, env: project.env });
  };

  test("two ups at the same time: the lock refuses one, and nothing exists twice", async () => {
    const gate = join(colleague, "gate");
    const mine = project.start(["up", "--yes", "--skip-preview"], { env: { HOLD: gate } });
    await mine.waitForOutput(/the program runs/);
    const theirs = await colleagueUp().result;
    await writeFile(gate, "");

    expect((await mine.result).exitCode).toBe(0);
    expect(theirs.exitCode).not.toBe(0);
    expect(theirs.stderr).toContain("the stack is currently locked by 1 lock(s)");
    expect(
      emulator
        .webhooks()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["jobs", "orders"]);
    expect(emulator.requests.filter(isCreate)).toHaveLength(2);

    // Once the lock is gone, the colleague's folder sees the same stack, and has nothing to do.
    emulator.clearRequests();
    expect((await colleagueUp().result).stdout).toContain("3 unchanged");
    expect(emulator.requests).toEqual([]);
  });

  // With a folder, that is what all other tests do.
  if (start !== startS3Backend) {
    return;
  }

  test("refresh, up, destroy", async () => {
    const jobs = emulator.webhooks().find(({ name }) => name === "jobs");
    const other = await loginAs(emulator);
    await other.change(jobs?.id ?? "", { active: false });

    expect((await project.refresh()).changes).toEqual({ same: 2, update: 1 });
    const up = await project.up();
    expect(up.steps.filter(({ op }) => op !== "same")).toEqual([
      expect.objectContaining({ op: "update", name: "jobs" }),
    ]);
    expect(emulator.webhooks()).toContainEqual(expect.objectContaining({ id: jobs?.id, active: true }));

    const files = await project.files();
    expect(files).not.toHaveProperty(["state/.pulumi/stacks/test/dev.json"]);
    expectNoCanaries([secret, DEMO_ACCOUNT.password], { ...files, ...(await backend.stored()) });
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });
});

function isCreate({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === "POST" && path.endsWith("/webhooks");
}
