import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import type { EnvironmentName } from "./definition";
import { programFor } from "./program";

/** This example's folder: it has Pulumi.yaml, each stack's settings, and the packages that Pulumi's host needs. */
export const WORK_DIR = join(__dirname, "..");

/** What Pulumi's host loads: itself, and the provider. */
const NEEDED = ["@pulumi/pulumi/cmd/dynamic-provider", "pulumi-up42/host"];

/**
 * Pulumi starts the host of the provider in the folder of Pulumi.yaml (without one, wherever this command runs), and
 * the packages have to be found from there. Otherwise a deployment fails with a message that does not say why.
 *
 * @throws {Error} that names the folder and what is missing
 */
export function checkWorkDir(folder: string): void {
  const { resolve } = createRequire(join(folder, "_"));
  const missing = [
    ...["Pulumi.yaml"].filter((file) => !existsSync(join(folder, file))),
    ...NEEDED.filter((module) => !canResolve(resolve, module)),
  ];
  if (missing.length > 0) {
    throw new Error(
      `The folder ${folder} has no ${missing.join(" and no ")}. It is the workDir in which Pulumi starts the provider, ` +
        `whatever folder this command runs in. Run \`npm install pulumi-up42 @pulumi/pulumi\` in it, or let WORK_DIR ` +
        `(src/workspace.ts) be the folder that has Pulumi.yaml and node_modules.`,
    );
  }
}

/**
 * The Automation API drives the Pulumi CLI, and does not bring it along.
 * @throws {Error} when there is none on PATH, or one that is too old
 */
export async function checkPulumi(): Promise<void> {
  try {
    await PulumiCommand.get();
  } catch (error) {
    const reason = error instanceof Error && !error.message.includes("ENOENT") ? `: ${error.message}` : ".";
    throw new Error(
      `There is no Pulumi CLI on PATH that can be used${reason} See https://www.pulumi.com/docs/install/.`,
      { cause: error },
    );
  }
}

/**
 * Opens the stack of an environment, and creates it when there is none.
 *
 * One after the other, although deployments run at the same time: selecting a stack writes to a file they share.
 */
export function openStack(environment: EnvironmentName): Promise<Stack> {
  return inTurn(() => LocalWorkspace.createOrSelectStack(inlineProgram(environment), { workDir: WORK_DIR }));
}

/** Opens the stack of an environment, if there is one. */
export function findStack(environment: EnvironmentName): Promise<Stack | undefined> {
  return inTurn(async () => {
    try {
      return await LocalWorkspace.selectStack(inlineProgram(environment), { workDir: WORK_DIR });
    } catch (error) {
      if (error instanceof StackNotFoundError) return undefined;
      throw error;
    }
  });
}

let last: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}

/** The project's name is only used where there is no Pulumi.yaml. */
function inlineProgram(environment: EnvironmentName) {
  return { stackName: environment, projectName: "up42-environments", program: programFor(environment) };
}

function canResolve(resolve: NodeJS.RequireResolve, module: string): boolean {
  try {
    resolve(module);
    return true;
  } catch {
    return false;
  }
}
