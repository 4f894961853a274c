import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand, runMain } from "./process.mjs";

/** This file: another one may give other outputs. */
export const COMPILER = fileURLToPath(import.meta.url);

const ROOT = dirname(dirname(COMPILER));
const PROVIDER = join(ROOT, "provider");
const HOST = join("dynamic", "host");
const PLUGIN = join("plugin", "main");
/** Has been in all of Node.js since 18, so that its stand-in is never loaded: the largest part of node-fetch. */
const STAND_IN = "web-streams-polyfill";
/** Reads descriptions of gRPC services at run time, with a library of its own; nothing here has any. */
const PROTO_LOADER = "@grpc/proto-loader";

/** What is compiled, in this order. */
export const PACKAGES = ["provider", "emulator"];

/**
 * Compiles the packages, and puts the host, the plugin and the receiver into one file each. All of it is made again,
 * since the compiler leaves what it made from sources that are gone, and that would be published.
 *
 * @throws {Error} with what the compiler says
 */
export async function compile() {
  for (const name of PACKAGES) {
    await rm(join(ROOT, name, "dist"), { recursive: true, force: true });
  }
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const result = await runCommand(process.execPath, [tsc, "--build", ...PACKAGES], { cwd: ROOT });
  if (result.exitCode !== 0) {
    throw new Error(`Compiling failed:\n${outputTail(result, 60)}`);
  }
  // The plugin is installed without any package, so its file has all that it uses.
  await Promise.all([bundleHost(), bundleProgram(PLUGIN, [PROTO_LOADER]), bundleReceiver()]);
}

/**
 * Replaces the compiled host by a file with all that it needs at a first request, since Pulumi starts a host for each
 * operation: one file is loaded in a fraction of the time (docs/performance.md). What is needed in rare cases only is
 * still loaded from the packages.
 */
async function bundleHost() {
  const { dependencies } = JSON.parse(await readFile(join(PROVIDER, "package.json"), "utf8"));
  const bundled = new Set(["node-fetch", "valibot"]);
  await bundleProgram(
    HOST,
    Object.keys(dependencies).filter((name) => !bundled.has(name)),
  );
}

/**
 * Replaces a compiled module by one file, which stays readable, since its lines are in stack traces.
 *
 * @param {string} entry the module, from provider/src
 * @param {readonly string[]} external packages that stay outside
 */
async function bundleProgram(entry, external) {
  // Not at the top: before the set-up there is no esbuild.
  const { build } = await import("esbuild");
  const { metafile } = await build({
    entryPoints: [join(PROVIDER, "src", `${entry}.ts`)],
    outfile: join(PROVIDER, "dist", `${entry}.js`),
    absWorkingDir: ROOT,
    allowOverwrite: true,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    // What is still loaded from packages is loaded as CommonJS, as the host is: Plug'n'Play may have nothing else.
    supported: { "dynamic-import": false },
    external: [...external, STAND_IN],
    legalComments: "inline",
    logLevel: "error",
    metafile: true,
  });
  await writeFile(join(PROVIDER, "dist", `${entry}.licenses.txt`), await licensesOf(entry, metafile));
}

/**
 * Replaces the compiled receiver by one CommonJS file, and puts an ES module beside it: both from the same source, and
 * neither with anything that only Node.js has.
 */
async function bundleReceiver() {
  const { build } = await import("esbuild");
  const folder = join(PROVIDER, "dist", "receiver");
  const compiled = (await readdir(folder)).filter((file) => /\.m?js$/.test(file));
  await Promise.all(compiled.map((file) => rm(join(folder, file))));
  const formats = /** @type {const} */ ({ cjs: "index.js", esm: "index.mjs" });
  for (const format of /** @type {const} */ (["cjs", "esm"])) {
    await build({
      entryPoints: [join(PROVIDER, "src", "receiver", "index.ts")],
      outfile: join(folder, formats[format]),
      absWorkingDir: ROOT,
      bundle: true,
      platform: "neutral",
      format,
      target: "es2022",
      logLevel: "error",
    });
  }
  // Its types are those of the CommonJS file, so that a program that loads both sees one class of errors.
  await writeFile(join(folder, "index.d.mts"), 'export * from "./index.js";\n');
}

/**
 * The licenses of the packages that are part of a bundle, which ask to go along with it.
 *
 * @param {string} entry
 * @param {import("esbuild").Metafile} metafile
 * @throws {Error} naming a package that has no license
 */
async function licensesOf(entry, { inputs }) {
  const folders = Object.keys(inputs).map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const packages = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
  const texts = await Promise.all(packages.map(licenseOf));
  return `What of other packages is part of ${basename(entry)}.js, and their licenses.\n\n${texts.join("\n\n")}\n`;
}

/** A package's license file, or what its README says of it. @param {string} folder of a package, from the root */
async function licenseOf(folder) {
  const { name, version } = JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8"));
  const files = await readdir(join(ROOT, folder));
  const textOf = async (/** @type {RegExp} */ pattern) => {
    const file = files.find((entry) => pattern.test(entry));
    return file === undefined ? "" : await readFile(join(ROOT, folder, file), "utf8");
  };
  const [, said] = /^(?:#+ )?license\n(?:-+\n)?(.+)/ims.exec(await textOf(/^readme/i)) ?? [];
  const text = (await textOf(/^licen[cs]e/i)) || said;
  if (text === undefined) {
    throw new Error(`${name} has no license beside it that could go along.`);
  }
  return `${name} ${version}\n\n${text.trim()}`;
}

if (process.argv[1] === COMPILER) {
  await runMain(compile);
}
