#!/usr/bin/env node
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { DEMO_ACCOUNT } from "up42-emulator";
import { startReceiver } from "./demo/receiver.mjs";
import { pack } from "./pack.mjs";
import { describeResult, runCommand, runMain, startCommand } from "./process.mjs";
import { createProject, ownEnvironment, PulumiProject, WORKSPACE } from "./pulumi-project.mjs";

const USAGE = `Usage: npm run compat [-- options]

Installs the packed packages in an empty project, deploys with each kind of program, and loads and type-checks what
they export. Tries one combination, with the Node.js that runs; the matrix is in .github/workflows/compat.yml.

  --manager npm        npm, pnpm or yarn; the last two are run by npx
  --sdk 3.217.0        version of @pulumi/pulumi; default: the oldest that the package allows
  --typescript ~5.9    version of typescript, or "none" for the compiler that Pulumi's SDK brings
  --programs cjs,ts    kinds of programs to deploy, of cjs, esm and ts; default: all`;

const PROGRAMS = join(WORKSPACE, "tools", "compat-programs");

/** The compiler options that `pulumi new typescript` writes. */
const TSCONFIG = { strict: true, target: "es2020", module: "commonjs", moduleResolution: "node" };

/** The kinds of programs: the source, and the main file of the project. */
const KINDS = {
  cjs: { source: "cjs.cjs", main: "index.js", type: "commonjs" },
  esm: { source: "esm.mjs", main: "index.js", type: "module" },
  ts: { source: "program.ts", main: "index.ts", type: "commonjs" },
};

/** How TypeScript can look for modules, with the kinds of files that it makes a difference to. */
const RESOLUTIONS = [
  { module: "commonjs", moduleResolution: "node10", files: ["types.ts"], before: 6 },
  { module: "node16", moduleResolution: "node16", files: ["types.cts", "types.mts"], before: 99 },
  { module: "nodenext", moduleResolution: "nodenext", files: ["types.cts", "types.mts"], before: 99 },
  { module: "esnext", moduleResolution: "bundler", files: ["types.ts"], before: 99 },
];

/** The package managers: the command that installs, and the settings that docs/compatibility.md names. */
const MANAGERS = {
  npm: { command: ["npm", "install", "--no-audit", "--no-fund"], files: {} },
  pnpm: {
    command: ["npx", "--yes", "pnpm@latest", "install", "--no-frozen-lockfile"],
    files: { "pnpm-workspace.yaml": "allowBuilds:\n  protobufjs: false\nminimumReleaseAge: 0\n" },
  },
  yarn: {
    command: ["npx", "--yes", "--package=@yarnpkg/cli-dist@latest", "yarn", "install", "--no-immutable"],
    files: { "yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\nnpmMinimalAgeGate: 0\n" },
  },
};

/** Prints the names that each entry exports. A CommonJS module that is imported has three more. */
const NAMES = `const names = (all) => Object.keys(all).filter((name) => !/^(default|module.exports|__esModule)$/.test(name));
for (const entry of ["pulumi-up42", "pulumi-up42/receiver", "up42-emulator"])
  LOAD.then((all) => console.log(entry, names(all).sort().join()));`;

/** @typedef {{ manager: keyof typeof MANAGERS, sdk: string, typescript: string, kinds: (keyof typeof KINDS)[] }} Cell */

/** The environment of a new user, in which packages can be downloaded. */
const ENVIRONMENT = {
  ...ownEnvironment({ network: true }),
  PATH: [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
  YARN_ENABLE_TELEMETRY: "0",
};

async function main() {
  const text = /** @type {const} */ ({ type: "string" });
  const options = { manager: text, sdk: text, typescript: text, programs: text };
  const { values } = parseArgs({ options: { ...options, help: { type: "boolean" } } });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const cell = {
    manager: oneOf(MANAGERS, values.manager ?? "npm"),
    sdk: values.sdk ?? (await lowestSdk()),
    typescript: values.typescript ?? "~5.9",
    kinds: (values.programs ?? "cjs,esm,ts").split(",").map((kind) => oneOf(KINDS, kind)),
  };
  const work = await mkdtemp(join(tmpdir(), "pulumi-up42-compat-"));
  try {
    const packed = ["provider", "emulator"].map((name) => pack(name, work));
    const [provider, emulator] = (await Promise.all(packed)).map((tarball) => `file:${tarball}`);
    await step("receiver without Pulumi", () => tryReceiver(work, cell, { "pulumi-up42": provider }));
    await tryPackages(cell, { "pulumi-up42": provider, "up42-emulator": emulator });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const { manager, sdk, typescript } = cell;
  console.log(`\nWorks: ${manager}, Node.js ${process.version}, SDK ${sdk}, TypeScript ${typescript}.`);
}

/**
 * A service that only receives installs the package without Pulumi.
 *
 * @param {string} folder
 * @param {Cell} cell
 * @param {Readonly<Record<string, string | undefined>>} dependencies
 */
async function tryReceiver(folder, cell, dependencies) {
  await install(folder, cell, dependencies);
  await run(folder, "node", "-e", "require('pulumi-up42/receiver').verifyNotification.call");
  const refused = await runCommand("node", ["-e", "require('pulumi-up42')"], {
    cwd: folder,
    env: ENVIRONMENT,
  });
  const says = /pulumi-up42 needs @pulumi\/pulumi/.test(refused.stderr);
  expectThat(says, `pulumi-up42 does not name what it needs: ${describeResult(refused)}`);
}

/**
 * @param {Cell} cell
 * @param {Readonly<Record<string, string | undefined>>} tarballs
 */
async function tryPackages(cell, tarballs) {
  const { username, password, workspaceId } = DEMO_ACCOUNT;
  const env = { UP42_USERNAME: username, UP42_PASSWORD: password, UP42_WORKSPACE_ID: workspaceId };
  const typescript = cell.typescript === "none" ? {} : { typescript: cell.typescript };
  const others = { ...typescript, "@pulumi/pulumi": cell.sdk, "@types/node": "^20.19.43" };
  const write = async (/** @type {string} */ folder) => {
    await step("install", () => install(folder, cell, { ...tarballs, ...others }));
    await writeFile(join(folder, "Pulumi.yaml"), "name: compat\nruntime: nodejs\n");
  };
  const project = await createProject({ write, env }, PulumiProject);
  try {
    await step("require and import find the same names", () => tryExports(project.folder));
    if (cell.typescript !== "none") await tryTypes(project.folder);
    const command = join(project.folder, "node_modules", ".bin", "up42-emulator");
    const emulator = startCommand(command, ["--port", "0"], { cwd: project.folder, env: ENVIRONMENT });
    try {
      const [, apiUrl = ""] = await emulator.waitForOutput(/emulated: (http:\S+)/);
      for (const kind of cell.kinds) await step(`pulumi up, ${kind}`, () => deploy(project, kind, apiUrl));
    } finally {
      emulator.kill();
    }
  } finally {
    await project.dispose();
  }
}

/** @param {string} folder */
async function tryExports(folder) {
  await writeFile(join(folder, "names.cjs"), NAMES.replace("LOAD", "Promise.resolve(require(entry))"));
  await writeFile(join(folder, "names.mjs"), NAMES.replace("LOAD", "import(entry)"));
  const namesOf = async (/** @type {string} */ file) =>
    (await run(folder, "node", file)).split("\n").sort().join("\n");
  const [required, imported] = [await namesOf("names.cjs"), await namesOf("names.mjs")];
  expectThat(/^pulumi-up42 .*\bWebhookTest\b/m.test(required), `Exports are missing:\n${required}`);
  expectThat(required === imported, `require finds:\n${required}\nimport finds:\n${imported}`);
}

/** @param {string} folder */
async function tryTypes(folder) {
  const source = await readFile(join(PROGRAMS, "types.ts"), "utf8");
  const tsc = join("node_modules", "typescript", "bin", "tsc");
  const [, version = ""] = (await run(folder, "node", tsc, "--version")).trim().split(" ");
  const resolutions = RESOLUTIONS.filter(({ before }) => Number.parseInt(version, 10) < before);
  for (const { files, before: _, ...resolution } of resolutions) {
    await step(`types by TypeScript ${version}, ${resolution.moduleResolution}`, async () => {
      const compilerOptions = {
        strict: true,
        target: "es2022",
        types: ["node"],
        noEmit: true,
        ...resolution,
      };
      for (const file of files) await writeFile(join(folder, file), source);
      await writeFile(join(folder, "types.json"), JSON.stringify({ compilerOptions, files }));
      const args = [tsc, "--project", "types.json", "--pretty", "false"];
      const { stdout } = await runCommand("node", args, { cwd: folder, env: ENVIRONMENT });
      // Declarations of other packages may be older, or newer, than this compiler.
      const isOurs = /^(types\.|error TS|.*node_modules\/(pulumi-up42|up42-emulator)\/)/;
      const ours = stdout.split("\n").filter((line) => isOurs.test(line) && line.includes("error TS"));
      expectThat(ours.length === 0, ours.join("\n"));
    });
  }
}

/**
 * Deploys a webhook and its test, reads it, finds no secret in the state and no change, and destroys them.
 *
 * @param {PulumiProject} project
 * @param {keyof typeof KINDS} kind
 * @param {string} apiUrl
 */
async function deploy(project, kind, apiUrl) {
  const { source, main, type } = KINDS[kind];
  const manifest = JSON.parse(await readFile(join(project.folder, "package.json"), "utf8"));
  const files = {
    "package.json": JSON.stringify({ ...manifest, main, type }),
    "tsconfig.json": JSON.stringify({ compilerOptions: TSCONFIG, files: [main] }),
    [main]: await readFile(join(PROGRAMS, source), "utf8"),
  };
  await writeAll(project.folder, files);
  const secret = "what notifications are signed with";
  const receiver = await startReceiver(secret, () => undefined);
  const env = { UP42_API_URL: apiUrl, RECEIVER_URL: receiver.url, RECEIVER_SECRET: secret };
  try {
    // The preview comes first, in which a function looks for a webhook that is not there yet.
    await project.run(["up", "--yes"], { env });
    const shown = await project.run(["stack", "output", "--json", "--show-secrets"]);
    const outputs = JSON.parse(shown.stdout);
    expectThat(
      outputs.testsSucceeded === 1 &&
        outputs.verifies === true &&
        outputs.foundId === outputs.webhookId &&
        outputs.readUrl === receiver.url,
      `Outputs: ${JSON.stringify(outputs)}`,
    );
    await project.run(["refresh", "--yes"], { env });
    const state = (await project.run(["stack", "export"])).stdout;
    expectThat(!state.includes(secret), "A secret stands in the state in clear.");
    await project.run(["preview", "--expect-no-changes"], { env });
    await project.run(["destroy", "--yes", "--skip-preview"], { env });
  } finally {
    await receiver.close();
  }
}

/**
 * @param {string} folder
 * @param {Cell} cell
 * @param {Readonly<Record<string, string | undefined>>} dependencies
 */
async function install(folder, { manager }, dependencies) {
  const { command, files } = MANAGERS[manager];
  const manifest = { name: "compat", version: "1.0.0", private: true, dependencies };
  await writeAll(folder, { ...files, "package.json": JSON.stringify(manifest) });
  await run(folder, ...command);
}

/**
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} files
 */
async function writeAll(folder, files) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/**
 * Runs a command, which must succeed.
 *
 * @param {string} folder
 * @param {readonly string[]} command
 * @returns {Promise<string>} what it printed
 */
async function run(folder, ...command) {
  const [program = "", ...args] = command;
  const result = await runCommand(program, args, { cwd: folder, env: ENVIRONMENT });
  expectThat(result.exitCode === 0, `${command.join(" ")}: ${describeResult(result)}`);
  return result.stdout;
}

/** The oldest version of Pulumi's SDK that the package allows. */
async function lowestSdk() {
  const manifest = JSON.parse(await readFile(join(WORKSPACE, "provider", "package.json"), "utf8"));
  const [, lowest] = /^>=(\d+\.\d+\.\d+) /.exec(manifest.peerDependencies["@pulumi/pulumi"]) ?? [];
  if (lowest === undefined) throw new Error("provider/package.json names no lowest version of Pulumi's SDK.");
  return lowest;
}

/**
 * Does a step, and prints how long it took.
 *
 * @param {string} name
 * @param {() => Promise<void>} action
 */
async function step(name, action) {
  const start = performance.now();
  await action();
  console.log(`ok ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${name}`);
}

/**
 * @template {string} Key
 * @param {Readonly<Record<Key, unknown>>} choices
 * @param {string} given
 * @returns {Key}
 */
function oneOf(choices, given) {
  const found = /** @type {Key[]} */ (Object.keys(choices)).find((key) => key === given);
  if (found === undefined) throw new Error(`"${given}" is none of ${Object.keys(choices).join(", ")}.`);
  return found;
}

/**
 * @param {boolean} condition
 * @param {string} message
 */
function expectThat(condition, message) {
  if (!condition) throw new Error(message);
}

await runMain(main);
