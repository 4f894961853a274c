import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEMO_ACCOUNT } from "up42-emulator";
import { expectThat } from "./project.mjs";

const PROGRAMS = join(dirname(fileURLToPath(import.meta.url)), "programs");

/** What `pulumi new typescript` writes, less what makes no difference. */
const TSCONFIG = { strict: true, target: "es2020", module: "commonjs", moduleResolution: "node" };
const TSCONFIG_MODULES = { strict: true, target: "es2022", module: "nodenext", moduleResolution: "nodenext" };
/** From TypeScript 6 on, the older resolution of modules has to be asked for. */
const TSCONFIG_6 = { ...TSCONFIG, ignoreDeprecations: "6.0", types: ["node"] };

/**
 * A kind of program: its source among `programs/`, and what its project says about it.
 * @typedef {{ source: string, main: string, type: "commonjs" | "module", tsconfig?: object }} Program
 */

/** @type {Readonly<Record<string, Program>>} */
export const PROGRAM_KINDS = {
  "JavaScript, CommonJS": { source: "cjs.cjs", main: "index.js", type: "commonjs" },
  "JavaScript, ES modules": { source: "esm.mjs", main: "index.js", type: "module" },
  TypeScript: { source: "program.ts", main: "index.ts", type: "commonjs", tsconfig: TSCONFIG },
  "TypeScript 6": { source: "program.ts", main: "index.ts", type: "commonjs", tsconfig: TSCONFIG_6 },
  "TypeScript, ES modules": {
    source: "program.ts",
    main: "index.ts",
    type: "module",
    tsconfig: TSCONFIG_MODULES,
  },
};

/**
 * Deploys a program for real, looks what UP42 has then, finds no change, and destroys it.
 *
 * @param {import("./project.mjs").Project} project
 * @param {string} kind of {@link PROGRAM_KINDS}, or the source of a program in CommonJS
 * @param {{ prefix?: readonly string[], webhooks?: number }} [options] `prefix` is what runs `pulumi`, default:
 *   nothing; `webhooks` how many the program makes, default 1
 */
export async function deploy(project, kind, { prefix = [], webhooks = 1 } = {}) {
  await writeProgram(project, kind);
  const { emulatorUrl = "" } = project;
  const state = join(project.root, `state-${performance.now()}`);
  await mkdir(state);
  const env = {
    PULUMI_HOME: join(project.root, "pulumi"),
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "compat",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    UP42_API_URL: emulatorUrl,
    UP42_USERNAME: DEMO_ACCOUNT.username,
    UP42_PASSWORD: DEMO_ACCOUNT.password,
    UP42_WORKSPACE_ID: DEMO_ACCOUNT.workspaceId,
  };
  /** @param {string[]} command */
  const pulumi = (...command) => {
    const flags = ["--non-interactive", "--color", "never"];
    return project.run([...prefix, "pulumi", ...command, ...flags], env);
  };
  const check = async () => {
    await pulumi("up", "--yes", "--skip-preview");
    expectThat((await webhooksAt(emulatorUrl)).length === webhooks, "UP42 has not got the webhook.");
    const outputs = JSON.parse(await pulumi("stack", "output", "--json"));
    const isTested = outputs.testsSucceeded === 1 && outputs.verifies === true;
    expectThat(isTested, `The program's outputs are wrong: ${JSON.stringify(outputs)}`);
    await pulumi("preview", "--expect-no-changes");
  };
  await pulumi("stack", "init", "dev");
  // Whatever happens, the next program finds nothing there; but what failed first is what is said.
  const [checked] = await Promise.allSettled([check()]);
  const [destroyed] = await Promise.allSettled([pulumi("destroy", "--yes", "--skip-preview")]);
  for (const result of [checked, destroyed]) if (result.status === "rejected") throw result.reason;
  expectThat((await webhooksAt(emulatorUrl)).length === 0, "The webhook is still there after the destroy.");
}

/**
 * @param {import("./project.mjs").Project} project
 * @param {string} kind
 */
async function writeProgram(project, kind) {
  const known = PROGRAM_KINDS[kind];
  const { main, type, tsconfig } = known ?? { main: "index.js", type: "commonjs", tsconfig: undefined };
  await project.describe({ main, type });
  await project.write({
    "Pulumi.yaml": "name: compat\nruntime: nodejs\n",
    [main]: known === undefined ? kind : await readFile(join(PROGRAMS, known.source), "utf8"),
    ...(tsconfig && { "tsconfig.json": JSON.stringify({ compilerOptions: tsconfig, files: [main] }) }),
  });
}

/** @param {string} emulatorUrl */
async function webhooksAt(emulatorUrl) {
  const answer = await fetch(new URL("/_emulator/webhooks", emulatorUrl));
  return JSON.parse(await answer.text()).data;
}
