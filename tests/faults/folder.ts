import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownEnvironment, WORKSPACE } from "../../tools/pulumi-project.mjs";
import { QUICKER_COMMANDS } from "../support/user-environment";
import type { Control } from "./control";

/** A program's folder with the workspace's packages, as the dynamic host finds it; `remove` removes it. */
export async function programFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "pulumi-up42-faults-"));
  await symlink(join(WORKSPACE, "node_modules"), join(path, "node_modules"), "dir");
  return { path, remove: async () => await rm(path, { recursive: true, force: true }) };
}

/** Which provider a host loads. */
export interface ProviderOptions {
  /** Whether each command gets a provider of its own. */
  readonly isFresh?: boolean;
  /** The protection that a fresh one lacks. */
  readonly without?: Control | undefined;
}

/** The environment of a host: this process's, without what would configure the provider. */
export function hostEnvironment({ isFresh = false, without }: ProviderOptions): NodeJS.ProcessEnv {
  const { NODE_OPTIONS = "" } = QUICKER_COMMANDS;
  const fresh = `--require "${join(WORKSPACE, "tests/faults/fresh-provider.cjs")}"`;
  return {
    ...ownEnvironment(),
    ...QUICKER_COMMANDS,
    ...(isFresh ? { NODE_OPTIONS: `${NODE_OPTIONS} ${fresh}` } : {}),
    ...(without === undefined ? {} : { FAULTS_WITHOUT: without }),
  };
}
