import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { emptyFolder, useFreePorts } from "../support/example-copy";
import { type PackedPackages, packPackages } from "../support/packed";
import { type Block, type ReadmeRun, readmeBlocks, runBlocks } from "../support/readme";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { startRegistry } from "../support/registry";
import { WITHOUT_TYPE_CHECK } from "../support/user-environment";
import { readDocument } from "./markdown";

// README's quickstart in an empty folder, by its own commands. A registry on this machine has our packages as if they
// were published. Other ports stand for 8042 and 3000, which may be in use.

const { text: README } = readDocument("README.md");

/** Package managers that are not installed are run by npm. */
const COMMANDS = { pnpm: "pnpm@latest", yarn: "--package=@yarnpkg/cli-dist@latest yarn" };

/** With npm, `up` shows its preview first, and a program's types are checked. */
const SOONER = { PULUMI_OPTION_SKIP_PREVIEW: "true", ...WITHOUT_TYPE_CHECK };

/** As docs/commands.md says, a project in Python needs this once. */
const ADD_PACKAGE = "pulumi package add ./node_modules/pulumi-up42/pulumi-resource-up42";

let tarballs: string;
let packed: PackedPackages;

beforeAll(async () => {
  tarballs = await mkdtemp(join(tmpdir(), "pulumi-up42-packed-"));
  packed = await packPackages(tarballs);
});

afterAll(() => rm(tarballs, { recursive: true, force: true }));

test.each(["pnpm", "yarn"])("with %s, it ends with a webhook that delivers", async (manager) => {
  const blocks = quickstart().map((block) => ({ ...block, commands: spelledFor(manager, block.commands) }));
  const { results, background } = await run(blocks, SOONER);
  expect(results.at(-1)?.stdout).toMatch(/Resources:\n +\+ 3 created/);
  expect(background[0]?.stdout).toContain("Received: order.status {");
});

test.each(["javascript", "python", "yaml"])("in %s, it does the same, and is destroyed", async (language) => {
  const [first, ...others] = quickstart();
  const written = first?.commands.replace(/^npx pulumi-up42 init$/m, `$& --language ${language}`) ?? "";
  const commands = language === "python" ? `${written}${ADD_PACKAGE}\n` : written;
  const destroy: Block = { kind: "run", line: 0, commands: "pulumi destroy --yes" };
  const { results, background } = await run([{ kind: "run", line: 0, commands }, ...others, destroy], SOONER);
  expect(results.at(-2)?.stdout).toMatch(/Resources:\n +\+ 3 created/);
  expect(results.at(-1)?.stdout).toMatch(/Resources:\n +- 3 deleted/);
  expect(background[0]?.stdout).toContain("Received: order.status {");
});

describe("with an account", () => {
  let up42: Emulator;
  let receiver: TestReceiver;

  beforeAll(async () => {
    [up42, receiver] = await Promise.all([startEmulator(), startReceiver()]);
  });

  afterAll(async () => {
    await Promise.all([up42?.close(), receiver?.close()]);
  });

  test("with npm, it ends with a webhook that delivers, and goes on with a second stack", async () => {
    const blocks = readmeBlocks(README).map(
      (block): Block =>
        block.kind === "account" ? { ...block, kind: "run", commands: filledIn(block.commands) } : block,
    );
    // The emulator of the first stack is in that stack's configuration, which wins.
    const { results, background } = await run(blocks, { UP42_API_URL: up42.url });
    expect(results.map(({ stdout }) => stdout).join("\n")).toMatch(/Resources:\n +\+ 3 created/);
    expect(background[0]?.stdout).toContain("Received: order.status {");
    expect(up42.webhooks()).toEqual([
      expect.objectContaining({ name: "orders", url: `${receiver.url}/up42`, active: true }),
    ]);
    expect(receiver.requests).toEqual([expect.objectContaining({ method: "POST", path: "/up42" })]);
  });

  /** Where Pulumi asks, the password is typed in; `up` is confirmed. */
  function filledIn(commands: string): string {
    return commands
      .replace("you@example.com", DEMO_ACCOUNT.username)
      .replace(/^pulumi config set --secret up42:password$/m, `echo ${DEMO_ACCOUNT.password} | $&`)
      .replace("https://example.com/up42", `${receiver.url}/up42`)
      .replace(/^pulumi up$/m, "$& --yes");
  }
});

/** The blocks of README's quickstart, up to the switch to an account. */
function quickstart(): readonly Block[] {
  return readmeBlocks(README).filter(({ kind }) => kind !== "account");
}

/** As README says: `pnpm dlx` or `yarn dlx` for `npx`. */
function spelledFor(manager: string, commands: string): string {
  return manager === "npm"
    ? commands
    : commands.replace(/^npx /gm, `${manager} dlx `).replace(/^npm /gm, `${manager} `);
}

async function run(blocks: readonly Block[], env: NodeJS.ProcessEnv = {}): Promise<ReadmeRun> {
  const place = await emptyFolder();
  const registry = await startRegistry(packed, place.root);
  try {
    return await runBlocks(blocks, {
      folder: place.folder,
      // npx asks before it installs.
      env: { ...(await withManagers(place)), ...registry.env, npm_config_yes: "true", ...env },
      afterFirst: async () => {
        await useFreePorts(place.folder);
      },
      beforeStop: async () => {
        expect(await readdir(place.folder)).toContain("Pulumi.dev.yaml");
      },
      timeoutMs: 600_000,
    });
  } finally {
    await registry.close();
    await place.dispose();
  }
}

/** The environment with commands for package managers that need not be installed. */
async function withManagers({
  env,
  root,
}: {
  env: NodeJS.ProcessEnv;
  root: string;
}): Promise<NodeJS.ProcessEnv> {
  const bin = join(root, "bin");
  await mkdir(bin);
  for (const [name, args] of Object.entries(COMMANDS)) {
    await writeFile(join(bin, name), `#!/bin/sh\nexec npx --yes ${args} "$@"\n`);
    await chmod(join(bin, name), 0o755);
  }
  return { ...env, PATH: [bin, env.PATH].join(delimiter), YARN_ENABLE_TELEMETRY: "0" };
}
