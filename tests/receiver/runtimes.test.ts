import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import nodeResolve from "@rollup/plugin-node-resolve";
import { type BuildOptions, build, stop } from "esbuild";
import { rollup } from "rollup";
import * as v from "valibot";
import { pack } from "../../tools/pack.mjs";
import { outputTail, runCommand } from "../../tools/process.mjs";
import { nodeBinary } from "../support/programs";

const ROOT = join(__dirname, "..", "..");
const BIN = join(ROOT, "node_modules", ".bin");
const Vectors = v.object({
  vectors: v.array(v.looseObject({ body: v.string(), code: v.optional(v.string()) })),
});
const Body = v.object({ event: v.string() });
const RUNTIMES = join(__dirname, "runtimes");

// The package as it is published, in a folder of its own, with programs that load it in every way.
let folder: string;
let events: readonly string[];
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receiver-runtimes-"));
  const installed = file("node_modules/pulumi-up42");
  await mkdir(installed, { recursive: true });
  const tarball = await pack("provider", folder);
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed]);
  const all = v.parse(
    Vectors,
    JSON.parse(await readFile(join(__dirname, "vectors", "vectors.json"), "utf8")),
  );
  const good = all.vectors.filter(({ code }) => code === undefined);
  events = good.map(({ body }) => v.parse(Body, JSON.parse(body)).event);
  await write("package.json", JSON.stringify({ dependencies: { "pulumi-up42": "*" } }));
  await write("check.mjs", await readFile(join(RUNTIMES, "check.mjs"), "utf8"));
  await write("vectors.mjs", `export const vectors = ${JSON.stringify(good)};`);
  const imports = `
    import * as receiver from "pulumi-up42/receiver";
    import { check } from "./check.mjs";
    import { vectors } from "./vectors.mjs";
    const result = () => check(receiver, vectors).then(JSON.stringify);`;
  await write("esm.mjs", `${imports} result().then(console.log);`);
  await write("worker.mjs", `${imports} export default { fetch: async () => new Response(await result()) };`);
  await write("edge.mjs", `${imports} globalThis.RESULT = result();`);
  await write(
    "cjs.cjs",
    `const receiver = require("pulumi-up42/receiver");
     Promise.all([import("./check.mjs"), import("./vectors.mjs")])
       .then(([{ check }, { vectors }]) => check(receiver, vectors)).then(JSON.stringify).then(console.log);`,
  );
  await Promise.all([
    bundle("esm.mjs", "esbuild-esm.mjs", { platform: "node", format: "esm" }),
    bundle("esm.mjs", "esbuild-cjs.cjs", { platform: "node", format: "cjs" }),
    bundle("worker.mjs", "esbuild-worker.mjs", {
      platform: "browser",
      format: "esm",
      conditions: ["workerd"],
    }),
    bundle("worker.mjs", "esbuild-node-worker.mjs", { platform: "node", format: "esm" }),
    bundle("edge.mjs", "esbuild-edge.js", {
      platform: "browser",
      format: "iife",
      conditions: ["edge-light"],
    }),
    bundleWithRollup(),
  ]);
});

afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

describe.each([20, 22, 24])("Node %d", (major) => {
  let binary: string;
  beforeAll(async () => {
    binary = await nodeBinary(major);
  }, 600_000);
  test.each(["esm.mjs", "cjs.cjs", "esbuild-esm.mjs", "esbuild-cjs.cjs", "rollup.mjs"])(
    "%s",
    async (program) => {
      await expectVerified(binary, [file(program)], "up42-sig");
    },
  );
});

test.each(["esm.mjs", "cjs.cjs"])("Bun: %s", async (program) => {
  await expectVerified(join(BIN, "bun"), ["run", file(program)], "up42-sig");
});

test.each(["esm.mjs", "cjs.cjs"])("Deno: %s", async (program) => {
  const flags = ["run", "--no-remote", "--node-modules-dir=manual", "--no-prompt"];
  await expectVerified(join(BIN, "deno"), [...flags, file(program)], "up42-sig");
});

test.each(["esbuild-worker.mjs", "esbuild-node-worker.mjs"])(
  "Cloudflare Workers, without the flag for Node's modules: %s",
  async (program) => {
    await expectVerified(process.execPath, [join(RUNTIMES, "workers.mjs"), file(program)], "no_crypto");
  },
);

test("edge runtime", async () => {
  await expectVerified(process.execPath, [join(RUNTIMES, "edge.mjs"), file("esbuild-edge.js")], "no_crypto");
});

test("a bundle has only what is used", async () => {
  await write("part.mjs", 'export { createMemoryReplayStore } from "pulumi-up42/receiver";');
  const sizeOf = async (name: string) => {
    await bundle(name, `small-${name}`, { platform: "neutral", format: "esm", minify: true });
    return (await readFile(file(`small-${name}`))).length;
  };
  expect(await sizeOf("part.mjs")).toBeLessThan((await sizeOf("worker.mjs")) / 5);
});

/** Runs a program and expects that it verified each vector; `sync` is what the synchronous way said. */
async function expectVerified(command: string, args: readonly string[], sync: string): Promise<void> {
  expect(JSON.parse(await run(command, args))).toEqual({
    verified: events,
    refused: events.map(() => "signature_mismatch"),
    web: "up42-sig",
    sync,
  });
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const result = await runCommand(command, args, { cwd: folder });
  if (result.exitCode !== 0) {
    throw new Error(`${command} ${args.join(" ")}:\n${outputTail(result)}`);
  }
  return result.stdout;
}

async function write(name: string, text: string): Promise<void> {
  await writeFile(file(name), text);
}

async function bundle(from: string, to: string, options: BuildOptions): Promise<void> {
  await build({ ...options, entryPoints: [file(from)], outfile: file(to), bundle: true, logLevel: "error" });
}

async function bundleWithRollup(): Promise<void> {
  const bundled = await rollup({ input: file("esm.mjs"), plugins: [nodeResolve()], logLevel: "silent" });
  await bundled.write({ file: file("rollup.mjs"), format: "esm" });
  await bundled.close();
}
