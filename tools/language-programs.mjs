import { copyFile, readFile } from "node:fs/promises";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./process.mjs";
import { goBuild } from "./pulumi-cli/go-build.mjs";
import { parseVersion } from "./pulumi-cli/version.mjs";
import { fillFolder, hashOf, isWhole } from "./pulumi-cli/whole-folder.mjs";
import { defaultCacheRoot, isExecutable, requirePulumi } from "./pulumi-cli.mjs";

const MODULES = join(dirname(fileURLToPath(import.meta.url)), "pulumi-cli");
const SDK = "github.com/pulumi/pulumi/sdk/v3";
const YAML = "github.com/pulumi/pulumi-yaml";
const PYTHON_EXECUTOR = "pulumi-language-python-exec";

/**
 * What the tests of each language need besides the CLI: Pulumi's language host, and what generates the provider's
 * package. The newest hosts that the Go module proxy has are older than the engine; they run today's programs.
 */
const PROGRAMS = {
  yaml: {
    name: "pulumi-language-yaml",
    module: "language-yaml",
    origin: YAML,
    package: `${YAML}/cmd/pulumi-language-yaml`,
  },
  python: {
    name: "pulumi-language-python",
    module: "language-python-go",
    origin: SDK,
    package: `${SDK}/python/cmd/pulumi-language-python`,
  },
  go: {
    name: "pulumi-language-go",
    module: "language-python-go",
    origin: SDK,
    package: `${SDK}/go/pulumi-language-go`,
  },
  sdk: {
    name: "generate-sdk",
    module: "generate-sdk",
    origin: "github.com/pulumi/pulumi/pkg/v3",
    package: ".",
  },
};

/** @typedef {keyof typeof PROGRAMS} LanguageProgram */

/** All of them. */
export const LANGUAGE_PROGRAMS = /** @type {LanguageProgram[]} */ (Object.keys(PROGRAMS));

/**
 * The folder of a program, which PATH needs: beside the CLI, as official ones have the hosts, else in the cache.
 *
 * @param {LanguageProgram} program
 * @throws {Error} naming the set-up, when it is not there
 */
export async function requireLanguageProgram(program) {
  const found = await findProgram(program);
  if (found === undefined) {
    throw new Error(`There is no ${PROGRAMS[program].name}. Run "npm run setup -- --languages" first.`);
  }
  return found;
}

/**
 * Builds a program from its Go module, once per user, unless there is one.
 *
 * @param {LanguageProgram} program
 * @param {(line: string) => void} log
 * @throws {Error} when Go is missing or too old, or the build fails
 */
export async function ensureLanguageProgram(program, log) {
  if ((await findProgram(program)) !== undefined) return;
  const { name } = PROGRAMS[program];
  await fillFolder({
    folder: folderOf(program),
    files: filesOf(program),
    sources: await sourcesOf(program),
    onWait: (port) => log(`Another process is building ${name}, and holds port ${port}; waiting for it.`),
    fill: async (work) => {
      await goBuild(PROGRAMS[program], await versionOf(program), join(work, name), log);
      if (program === "python") {
        const { stdout } = await runCommand("go", ["list", "-m", "-f", "{{.Dir}}", SDK], {
          cwd: join(MODULES, PROGRAMS.python.module),
        });
        await copyFile(join(stdout.trim(), "python", "cmd", PYTHON_EXECUTOR), join(work, PYTHON_EXECUTOR));
      }
    },
  });
}

/** @param {LanguageProgram} program */
async function findProgram(program) {
  const { binary } = await requirePulumi();
  if (isExecutable(join(dirname(binary), PROGRAMS[program].name))) return dirname(binary);
  const folder = folderOf(program);
  return (await isWhole(folder, filesOf(program), await sourcesOf(program))) ? folder : undefined;
}

/** @param {LanguageProgram} program */
function folderOf(program) {
  return join(defaultCacheRoot(), "languages", program, `${platform()}-${arch()}`);
}

/** @param {LanguageProgram} program */
function filesOf(program) {
  return [PROGRAMS[program].name, ...(program === "python" ? [PYTHON_EXECUTOR] : [])];
}

/** @param {LanguageProgram} program */
async function sourcesOf(program) {
  const files = ["go.mod", "go.sum", ...(program === "sdk" ? ["main.go"] : [])];
  return await hashOf(files.map((name) => join(MODULES, PROGRAMS[program].module, name)));
}

/**
 * The version of what a program is built from, which its Go module requires.
 *
 * @param {LanguageProgram} program
 */
async function versionOf(program) {
  const { module, origin } = PROGRAMS[program];
  const text = await readFile(join(MODULES, module, "go.mod"), "utf8");
  const words = text.split(/\s+/);
  const version = parseVersion(words[words.lastIndexOf(origin) + 1] ?? "");
  if (version === undefined) throw new Error(`${module}/go.mod does not require ${origin}.`);
  return version;
}
