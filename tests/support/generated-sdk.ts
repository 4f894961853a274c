import { copyFile, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { requireLanguageHosts, requirePulumi } from "../../tools/pulumi-cli.mjs";
import { ownEnvironment, pulumiVariables } from "../../tools/pulumi-project.mjs";
import { pythonWith, run } from "../python/environment";
import { removeFolder, setUpIn } from "./folders";
import { PLUGIN_FOLDER, WORKSPACE } from "./pulumi";

/** Pulumi's SDK for Python, what generated packages need besides, and what they are installed with. */
const PYTHON_PACKAGES = ["pulumi==3.259.0", "parver==0.5", "setuptools==80.9.0"];

/** A package for one language, generated from a schema. */
export interface GeneratedSdk {
  readonly folder: string;
  dispose(): Promise<void>;
}

/**
 * Generates the package for a language into a new temporary folder.
 *
 * @param source a schema's file, or a plugin, default: the provider's plugin
 */
export async function generateSdk(
  language: "python" | "go" | "nodejs",
  source = join(PLUGIN_FOLDER, "pulumi-resource-up42"),
): Promise<GeneratedSdk> {
  const root = await mkdtemp(join(tmpdir(), `pulumi-up42-${language}-`));
  return await setUpIn(root, async () => {
    const cli = await requirePulumi();
    const hosts = await requireLanguageHosts(cli);
    const path = [...hosts, process.env.PATH];
    const env = { ...ownEnvironment(), ...pulumiVariables(root), PATH: path.join(delimiter) };
    await run(cli.binary, ["package", "gen-sdk", source, "--language", language, "--out", root], root, env);
    return { folder: join(root, language), dispose: () => removeFolder(root) };
  });
}

/** Generates the package for Node.js as {@link generateSdk} does, and compiles it as `pulumi package add` does. */
export async function compileNodeSdk(): Promise<GeneratedSdk> {
  const sdk = await generateSdk("nodejs");
  await symlink(join(WORKSPACE, "node_modules"), join(sdk.folder, "node_modules"), "dir");
  await run(process.execPath, [join(WORKSPACE, "node_modules", "typescript", "bin", "tsc")], sdk.folder);
  // It finds its version beside its code.
  await copyFile(join(sdk.folder, "package.json"), join(sdk.folder, "bin", "package.json"));
  return sdk;
}

/** The virtual environment that Python programs of all tests run in: its folder, and its Python. */
export async function pulumiVirtualenv(): Promise<{ folder: string; python: string }> {
  const python = await pythonWith(...PYTHON_PACKAGES);
  return { folder: dirname(dirname(python)), python };
}

/** A package for Python that is installed into a folder of its own, for PYTHONPATH. */
export interface InstalledSdk extends GeneratedSdk {
  readonly installed: string;
}

/** Generates a package for Python as {@link generateSdk} does, and installs it. */
export async function installPythonSdk(source?: string): Promise<InstalledSdk> {
  const { python } = await pulumiVirtualenv();
  const sdk = await generateSdk("python", source);
  const installed = `${sdk.folder}-installed`;
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
  await run(python, [...pip, "--no-build-isolation", "--target", installed, sdk.folder]);
  return { ...sdk, installed };
}
