import { readdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as v from "valibot";
import { webhooks } from "../../examples/table/webhooks";
import { describeResult, runCommand } from "../../tools/process.mjs";
import { copyExample, type ExampleCopy } from "../support/example-copy";
import { type PackedPackages, packPackages } from "../support/packed";
import { WORKSPACE } from "../support/pulumi";
import { readmeBlocks, runBlocks } from "../support/readme";

/**
 * Every example, copied out of the repository, with the packages as they are published, by the commands of its own
 * README. CONTRIBUTING.md says how the blocks of commands in a README are marked.
 */

const EXAMPLES = join(WORKSPACE, "examples");
/** They run at the same time, and some compile or install much: the limit ends what hangs. */
const TIMEOUT_MS = 1_200_000;
const DeployedWebhook = v.object({
  name: v.string(),
  url: v.string(),
  events: v.array(v.string()),
  active: v.boolean(),
});
const EmulatorAnswer = v.object({ data: v.array(DeployedWebhook) });

/** A webhook that an emulator holds. */
type DeployedWebhook = v.InferOutput<typeof DeployedWebhook>;

/** What examples deploy whose promise is just that, without what receives it. */
const DEPLOYED: Readonly<Record<string, readonly object[]>> = {
  table: Object.entries(webhooks)
    .map(([name, { path, events, active = true }]) => ({ name, path, events: [...events].sort(), active }))
    .sort(byName),
  esm: [{ name: "everything", path: "/up42", events: ["job.status", "order.status"], active: true }],
};

let tarballs: string;
let packed: PackedPackages;
let installed: ExampleCopy;

beforeAll(async () => {
  tarballs = await mkdtemp(join(tmpdir(), "pulumi-up42-packed-"));
  packed = await packPackages(tarballs);
  installed = await copyExample(join(EXAMPLES, "webhook"), packed);
  const result = await runCommand("npm", ["install"], { cwd: installed.folder, env: installed.env });
  if (result.exitCode !== 0) {
    throw new Error(describeResult(result));
  }
}, TIMEOUT_MS);

afterAll(() => Promise.all([installed?.dispose(), rm(tarballs, { recursive: true, force: true })]));

const names = readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

test.concurrent.each(names)(
  "examples/%s, copied elsewhere, runs by its README's own commands",
  async (name) => {
    const example = await copyExample(join(EXAMPLES, name), packed, installed);
    try {
      await runExample(example);
    } finally {
      await example.dispose();
    }
  },
  TIMEOUT_MS,
);

async function runExample(example: ExampleCopy): Promise<void> {
  // The copy's README already has the copy's ports.
  const blocks = readmeBlocks(await readFile(join(example.folder, "README.md"), "utf8"));
  expect(blocks.map(({ kind }) => kind)).toContain("run");
  let deployed: DeployedWebhook[] = [];
  let left: DeployedWebhook[] = [];
  await runBlocks(blocks, {
    ...example,
    beforeLast: async () => {
      deployed = await webhooksAt(example.emulatorUrl);
    },
    beforeStop: async () => {
      left = await webhooksAt(example.emulatorUrl);
    },
  });
  expect(deployed).not.toEqual([]);
  const expected = DEPLOYED[basename(example.folder)];
  if (expected !== undefined) {
    expect(deployed.map(withPath).sort(byName)).toEqual(expected);
  }
  expect(left.length === 0).toBe(await holdsPulumiProject(example.folder));
}

async function holdsPulumiProject(folder: string): Promise<boolean> {
  const paths = await readdir(folder, { recursive: true });
  return paths.some((path) => basename(path) === "Pulumi.yaml" && !path.includes("node_modules"));
}

/** The webhooks that an emulator holds. */
async function webhooksAt(url: string): Promise<DeployedWebhook[]> {
  const answer = await fetch(`${url}/_emulator/webhooks`);
  return v.parse(EmulatorAnswer, await answer.json()).data;
}

/** A webhook as {@link DEPLOYED} has it. */
function withPath({ url, ...webhook }: DeployedWebhook): Omit<DeployedWebhook, "url"> & { path: string } {
  return { ...webhook, path: new URL(url).pathname };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name);
}
