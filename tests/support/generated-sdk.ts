import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireLanguageProgram } from "../../tools/language-programs.mjs";
import { describeResult, runCommand } from "../../tools/process.mjs";
import { requirePulumi } from "../../tools/pulumi-cli.mjs";
import { ownEnvironment, pulumiVariables } from "../../tools/pulumi-project.mjs";
import { PLUGIN_FOLDER } from "./yaml";

/** The provider's package for one language, generated from its schema. */
export interface GeneratedSdk {
  readonly folder: string;
  dispose(): Promise<void>;
}

/** The provider's schema as the CLI asks the plugin for it, which checks it. */
export async function pluginSchema(folder: string): Promise<string> {
  const { binary } = await requirePulumi();
  const env = { ...ownEnvironment(), ...pulumiVariables(folder) };
  return await run(binary, ["package", "get-schema", join(PLUGIN_FOLDER, "pulumi-resource-up42")], env);
}

/** Generates the package for a language into a new temporary folder. */
export async function generateSdk(language: "python" | "go" | "nodejs"): Promise<GeneratedSdk> {
  const root = await mkdtemp(join(tmpdir(), `pulumi-up42-${language}-`));
  const dispose = () => rm(root, { recursive: true, force: true });
  try {
    const schema = join(root, "schema.json");
    await writeFile(schema, await pluginSchema(root));
    const generator = join(await requireLanguageProgram("sdk"), "generate-sdk");
    const folder = join(root, "sdk");
    await run(generator, [language, schema, folder]);
    return { folder, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function run(command: string, args: readonly string[], env = process.env): Promise<string> {
  const result = await runCommand(command, args, { env });
  if (result.exitCode !== 0) throw new Error(`${command} ${args.join(" ")}: ${describeResult(result)}`);
  return result.stdout;
}
