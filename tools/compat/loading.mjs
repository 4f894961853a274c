import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandFailure, expectThat } from "./project.mjs";

const PROGRAMS = join(dirname(fileURLToPath(import.meta.url)), "programs");

/** Prints what each entry exports, by name. */
const NAMES = {
  require: `const print = (name) => console.log(name, Object.keys(require(name)).sort().join());
["pulumi-up42", "pulumi-up42/receiver", "up42-emulator"].forEach(print);`,
  import: `const BESIDES = ["default", "module.exports", "__esModule"];
const print = async (name) => {
  // A CommonJS module has these besides.
  const names = Object.keys(await import(name)).filter((key) => !BESIDES.includes(key));
  console.log(name, names.sort().join());
};
for (const name of ["pulumi-up42", "pulumi-up42/receiver", "up42-emulator"]) await print(name);`,
};

const RECEIVER = {
  "receiver.mjs": `import { NotificationError, verifyNotification } from "pulumi-up42/receiver";
try {
  verifyNotification({ headers: {}, body: "{}" }, { secret: "secret" });
} catch (error) {
  console.log(error instanceof NotificationError && error.statusCode);
}`,
  "receiver.cjs": `const { NotificationError, verifyNotification } = require("pulumi-up42/receiver");
console.log(typeof NotificationError, typeof verifyNotification);`,
};

/**
 * Whether an import finds every name that a require finds.
 *
 * @param {import("./project.mjs").Project} project
 */
export async function loadEverything(project) {
  await project.write({ "names.cjs": NAMES.require, "names.mjs": NAMES.import });
  const required = await project.run(["node", "names.cjs"]);
  const imported = await project.run(["node", "names.mjs"]);
  const hasAll = /^pulumi-up42 .*\bWebhookTest\b/m.test(required) && /\bverifyNotification\b/.test(required);
  expectThat(hasAll, `These exports are missing some:\n${required}`);
  expectThat(required === imported, `A require finds:\n${required}\nand an import:\n${imported}`);
}

/**
 * A receiver, installed without Pulumi.
 *
 * @param {import("./project.mjs").Project} project
 */
export async function receiveWithoutPulumi(project) {
  await project.write(RECEIVER);
  const node = project.manager.node;
  const imported = await project.run([...node, "receiver.mjs"]);
  expectThat(/^4\d\d\n$/.test(imported), `The receiver took what is not signed: ${imported}`);
  const required = await project.run([...node, "receiver.cjs"]);
  expectThat(required === "function function\n", `The receiver lacks exports: ${required}`);
  await refused(project, ["-e", 'require("pulumi-up42")'], /pulumi-up42 needs @pulumi\/pulumi/);
}

/**
 * @param {import("./project.mjs").Project} project
 * @param {readonly string[]} args of Node.js
 * @param {RegExp} message what has to be said
 */
async function refused(project, args, message) {
  const output = await project.run([...project.manager.node, ...args]).then(
    () => "It was not refused.",
    (error) => (error instanceof CommandFailure ? error.message : String(error)),
  );
  expectThat(message.test(output), output);
}

/**
 * Whether TypeScript finds the types, each of them, and whether the declarations themselves are right for it.
 *
 * @param {import("./project.mjs").Project} project
 * @param {string} tsc the compiler's file
 * @param {Readonly<Record<string, unknown>>} compilerOptions
 * @param {readonly string[]} files what to name the source, for instance "types.mts"
 */
export async function checkTypes(project, tsc, compilerOptions, files) {
  const source = await readFile(join(PROGRAMS, "types.ts"), "utf8");
  const options = { strict: true, target: "es2022", types: ["node"], noEmit: true, ...compilerOptions };
  await project.write({
    ...Object.fromEntries(files.map((file) => [file, source])),
    "tsconfig.types.json": JSON.stringify({ compilerOptions: options, files }),
  });
  try {
    await project.run(["node", tsc, "--project", "tsconfig.types.json", "--pretty", "false"]);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    // Other packages' own declarations may be older, or newer, than this compiler.
    const isOurs = /^(types\.|error TS|.*node_modules\/(pulumi-up42|up42-emulator)\/)/;
    const ours = error.output.split("\n").filter((line) => isOurs.test(line) || !line.includes("error TS"));
    expectThat(!ours.some((line) => line.includes("error TS")), ours.join("\n"));
    expectThat(error.output.includes("error TS"), error.message);
  }
}
