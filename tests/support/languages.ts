import { dirname, join } from "node:path";
import { pythonWith, run } from "../python/environment";
import type { PulumiProject } from "./pulumi";

/** Pulumi's SDK for Python, what generated SDKs need besides, and what they are installed with. */
const PYTHON_PACKAGES = ["pulumi==3.259.0", "parver==0.5", "setuptools==80.9.0"];

/** The virtual environment of Python programs: the folder, and its Python. */
export async function pulumiVirtualenv(): Promise<{ folder: string; python: string }> {
  const python = await pythonWith(...PYTHON_PACKAGES);
  return { folder: dirname(dirname(python)), python };
}

/**
 * Generates the SDK of a package in a folder of the project.
 *
 * @param source the package's schema, or its plugin
 */
export async function generateSdk(
  project: PulumiProject,
  source: string,
  language: "go" | "nodejs" | "python",
): Promise<string> {
  const out = join(project.root, "sdks");
  await project.run(["package", "gen-sdk", source, "--language", language, "--out", out]);
  return join(out, language);
}

/** Installs a generated SDK into a folder of its own, for PYTHONPATH: the virtual environment belongs to all tests. */
export async function installPythonSdk(sdk: string): Promise<string> {
  const { python } = await pulumiVirtualenv();
  const folder = `${sdk}-installed`;
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await run(python, [...pip, "--no-deps", "--no-build-isolation", "--target", folder, sdk]);
  return folder;
}
