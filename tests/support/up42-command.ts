import { join } from "node:path";
import { type CommandResult, startCommand } from "../../tools/process.mjs";
import { WORKSPACE } from "./pulumi";

/** Runs the command `pulumi-up42` to its end, as installed. */
export async function runUp42(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  const command = join(WORKSPACE, "node_modules", ".bin", "pulumi-up42");
  return await startCommand(command, args, options).result;
}
