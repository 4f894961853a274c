import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { type ExportedStack, parseStack } from "../support/engine";

const Checkpoint = v.object({
  version: v.number(),
  checkpoint: v.object({ latest: v.optional(v.unknown(), {}) }),
});

/** The state of the stack "dev" of the project "test", as `pulumi stack export` prints it, without a command. */
export async function readState(backendUrl: string): Promise<ExportedStack> {
  const file = join(fileURLToPath(backendUrl), ".pulumi/stacks/test/dev.json");
  const { version, checkpoint } = v.parse(Checkpoint, JSON.parse(await readFile(file, "utf8")));
  return parseStack(JSON.stringify({ version, deployment: checkpoint.latest }));
}

/**
 * Pulumi's file backend writes a checksum beside each state file, and not in one step: a CLI that is killed just then
 * leaves an empty one, and every later command stops with "failed to load checkpoint: EOF". The state itself is whole;
 * the way out is to delete the empty file (docs/reliability.md), and that is what this does.
 *
 * @returns the files it deleted
 */
export async function deleteEmptyChecksums(backendUrl: string): Promise<readonly string[]> {
  const folder = fileURLToPath(backendUrl);
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".attrs"));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  const empty = files.filter((_, index) => sizes[index] === 0);
  await Promise.all(empty.map(async (name) => await rm(join(folder, name))));
  return empty;
}
