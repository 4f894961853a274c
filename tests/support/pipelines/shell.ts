import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandResult, startCommand } from "../../../tools/process.mjs";

/** Runs a script as the runners of GitHub and GitLab do: it ends with the first command that fails. */
export async function runScript(
  script: string,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-script-"));
  try {
    const file = join(folder, "script.sh");
    await writeFile(file, script);
    return await startCommand("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], { cwd, env })
      .result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
