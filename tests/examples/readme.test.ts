import { readdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as v from "valibot";
import { copyExample, type ExampleCopy } from "../support/exampleCopy";
import { type PackedPackages, packPackages } from "../support/packed";
import { WORKSPACE } from "../support/pulumi";
import { type ReadmeRun, readmeBlocks, runBlocks } from "../support/readme";

/**
 * Every example, copied out of the repository, with the packages as they are published, by the commands of its own
 * README. CONTRIBUTING.md says how the blocks of commands in a README are marked.
 */

const EXAMPLES = join(WORKSPACE, "examples");
const TIMEOUT_MS = 300_000;
const EmulatorAnswer = v.object({ data: v.array(v.looseObject({ name: v.string() })) });

let tarballs: string;
let packed: PackedPackages;

beforeAll(async () => {
  tarballs = await mkdtemp(join(tmpdir(), "pulumi-up42-packed-"));
  packed = await packPackages(tarballs);
});

afterAll(() => rm(tarballs, { recursive: true, force: true }));

const names = readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

test.concurrent.each(names)(
  "examples/%s, copied elsewhere, runs by its README's own commands",
  async (name) => {
    const example = await copyExample(join(EXAMPLES, name), packed);
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
  let left: string[] | undefined;
  const run = await runBlocks(blocks, {
    ...example,
    beforeStop: async () => {
      left = await webhooksAt(example.emulatorUrl);
    },
  });
  const isPulumiProject = await holdsPulumiProject(example.folder);
  if (left === undefined && !isPulumiProject) return;
  expect(webhooksCreated(run)).toBeGreaterThan(0);
  if (isPulumiProject) expect(left).toEqual([]);
}

async function holdsPulumiProject(folder: string): Promise<boolean> {
  const paths = await readdir(folder, { recursive: true });
  return paths.some((path) => basename(path) === "Pulumi.yaml" && !path.includes("node_modules"));
}

/** The names of the webhooks that an emulator holds; nothing when none is running. */
async function webhooksAt(url: string): Promise<string[] | undefined> {
  const answer = await fetch(`${url}/_emulator/webhooks`).catch(() => undefined);
  if (answer === undefined) return undefined;
  return v.parse(EmulatorAnswer, await answer.json()).data.map(({ name }) => name);
}

/** How many webhooks were created, by the log of the emulator, which runs in the background. */
function webhooksCreated({ background }: ReadmeRun): number {
  const logs = background.map(({ stdout }) => stdout).join("\n");
  return logs.match(/\bPOST \/workspaces\/[^/ ]+\/webhooks 200 /g)?.length ?? 0;
}
