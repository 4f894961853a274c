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

async function main() {
  const options = /** @type {const} */ ({ type: "string" });
  const { values } = parseArgs({
    options: {
      manager: options,
      sdk: options,
      typescript: options,
      programs: options,
      help: { type: "boolean" },
    },
  });
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
    const [provider = "", emulator = ""] = await Promise.all(
      ["provider", "emulator"].map((name) => pack(name, work)),
    );
    const tarballs = { "pulumi-up42": `file:${provider}`, "up42-emulator": `file:${emulator}` };
    await tryReceiver(work, cell, { "pulumi-up42": tarballs["pulumi-up42"] });
    await tryPackages(cell, tarballs);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  console.log(
    `\nWorks: ${cell.manager}, Node.js ${process.version}, SDK ${cell.sdk}, TypeScript ${cell.typescript}.`,
  );
}

/**
 * A service that only receives installs the package without Pulumi.
 *
 * @param {string} folder
 * @param {Cell} cell
 * @param {Readonly<Record<string, string>>} dependencies
 */
async function tryReceiver(folder, cell, dependencies) {
  const report = step("receiver without Pulumi");
  await install(folder, cell, dependencies);
  const { stdout } = await node(folder, ["-p", "typeof require('pulumi-up42/receiver').verifyNotification"]);
  expectThat(stdout === "function\n", "pulumi-up42/receiver does not export verifyNotification.");
  const refused = await runCommand("node", ["-e", "require('pulumi-up42')"], {
    cwd: folder,
    env: environment(),
  });
  const says = /pulumi-up42 needs @pulumi\/pulumi/.test(refused.stderr);
  expectThat(says, `pulumi-up42 does not name what it needs: ${describeResult(refused)}`);
  report();
}

/**
 * @param {Cell} cell
 * @param {Readonly<Record<string, string>>} tarballs
 */
async function tryPackages(cell, tarballs) {
  const { username, password, workspaceId } = DEMO_ACCOUNT;
  const env = { UP42_USERNAME: username, UP42_PASSWORD: password, UP42_WORKSPACE_ID: workspaceId };
  const write = async (/** @type {string} */ folder) => {
    const compiler = cell.typescript === "none" ? {} : { typescript: cell.typescript };
    const report = step("install");
    await install(folder, cell, {
      ...tarballs,
      ...compiler,
      "@pulumi/pulumi": cell.sdk,
      "@types/node": "^20.19.43",
    });
    report();
    await writeFile(join(folder, "Pulumi.yaml"), "name: compat\nruntime: nodejs\n");
  };
  const project = await createProject({ write, env }, PulumiProject);
  try {
    await tryExports(project.folder);
    if (cell.typescript !== "none") await tryTypes(project.folder);
    const command = join(project.folder, "node_modules", ".bin", "up42-emulator");
    const emulator = startCommand(command, ["--port", "0"], { cwd: project.folder, env: environment() });
    try {
      const [, apiUrl = ""] = await emulator.waitForOutput(/emulated: (http:\S+)/);
      for (const kind of cell.kinds) await deploy(project, kind, apiUrl);
    } finally {
      emulator.kill();
    }
  } finally {
    await project.dispose();
  }
}

/** @param {string} folder */
async function tryExports(folder) {
  const report = step("require and import find the same names");
  const commonjs = NAMES.replace("LOAD", "Promise.resolve(require(entry))");
  await writeFile(join(folder, "names.cjs"), commonjs);
  await writeFile(join(folder, "names.mjs"), NAMES.replace("LOAD", "import(entry)"));
  const [required, imported] = await Promise.all(
    ["cjs", "mjs"].map((kind) => node(folder, [`names.${kind}`])),
  );
  const sorted = [required, imported].map((result) => result?.stdout.split("\n").sort().join("\n"));
  expectThat(/^pulumi-up42 .*\bWebhookTest\b/m.test(sorted[0] ?? ""), `Exports are missing:\n${sorted[0]}`);
  expectThat(sorted[0] === sorted[1], `require finds:\n${sorted[0]}\nimport finds:\n${sorted[1]}`);
  report();
}

/** @param {string} folder */
async function tryTypes(folder) {
  const source = await readFile(join(PROGRAMS, "types.ts"), "utf8");
  const typescript = join(folder, "node_modules", "typescript");
  const { version } = JSON.parse(await readFile(join(typescript, "package.json"), "utf8"));
  const major = Number.parseInt(version, 10);
  for (const { files, before, ...resolution } of RESOLUTIONS.filter(({ before }) => major < before)) {
    const report = step(`types by TypeScript ${version}, ${resolution.moduleResolution}`);
    const compilerOptions = { strict: true, target: "es2022", types: ["node"], noEmit: true, ...resolution };
    for (const file of files) await writeFile(join(folder, file), source);
    await writeFile(join(folder, "types.json"), JSON.stringify({ compilerOptions, files }));
    const args = [join(typescript, "bin", "tsc"), "--project", "types.json", "--pretty", "false"];
    const { stdout } = await runCommand("node", args, { cwd: folder, env: environment() });
    // Declarations of other packages may be older, or newer, than this compiler.
    const isOurs = /^(types\.|error TS|.*node_modules\/(pulumi-up42|up42-emulator)\/)/;
    const ours = stdout.split("\n").filter((line) => isOurs.test(line) && line.includes("error TS"));
    expectThat(ours.length === 0, ours.join("\n"));
    report();
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
  const report = step(`pulumi up, ${kind}`);
  const { source, main, type } = KINDS[kind];
  const manifest = JSON.parse(await readFile(join(project.folder, "package.json"), "utf8"));
  await writeFile(join(project.folder, "package.json"), JSON.stringify({ ...manifest, main, type }));
  await writeFile(join(project.folder, main), await readFile(join(PROGRAMS, source)));
  await writeFile(
    join(project.folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: TSCONFIG, files: [main] }),
  );
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
  report();
}

/**
 * @param {string} folder
 * @param {Cell} cell
 * @param {Readonly<Record<string, string>>} dependencies
 */
async function install(folder, { manager }, dependencies) {
  const { command, files } = MANAGERS[manager];
  const manifest = { name: "compat", version: "1.0.0", private: true, dependencies };
  const all = Object.entries({ ...files, "package.json": JSON.stringify(manifest) });
  for (const [name, text] of all) await writeFile(join(folder, name), text);
  const [program = "", ...args] = command;
  const result = await runCommand(program, args, { cwd: folder, env: environment() });
  expectThat(result.exitCode === 0, `${command.join(" ")}: ${describeResult(result)}`);
}

/** The environment of a new user, in which packages can be downloaded. */
function environment() {
  const path = [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter);
  return { ...ownEnvironment({ network: true }), PATH: path, YARN_ENABLE_TELEMETRY: "0" };
}

/**
 * @param {string} folder
 * @param {readonly string[]} args
 */
async function node(folder, args) {
  const result = await runCommand("node", args, { cwd: folder, env: environment() });
  expectThat(result.exitCode === 0, `node ${args.join(" ")}: ${describeResult(result)}`);
  return result;
}

/** The oldest version of Pulumi's SDK that the package allows. */
async function lowestSdk() {
  const { peerDependencies } = JSON.parse(
    await readFile(join(WORKSPACE, "provider", "package.json"), "utf8"),
  );
  const [, lowest] = /^>=(\d+\.\d+\.\d+) /.exec(peerDependencies["@pulumi/pulumi"]) ?? [];
  if (lowest === undefined) throw new Error("provider/package.json names no lowest version of Pulumi's SDK.");
  return lowest;
}

/**
 * Starts a line of the report; the function that it returns ends it.
 *
 * @param {string} name
 */
function step(name) {
  const start = performance.now();
  return () => console.log(`ok ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${name}`);
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
