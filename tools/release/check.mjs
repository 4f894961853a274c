#!/usr/bin/env node
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { outputTail, runCommand, runMain } from "../process.mjs";
import { agreedVersion, changelogEntry, expectNoAddresses, manifests } from "./checks.mjs";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const USAGE = `Usage: npm run release:check [-- --quick] [-- --tag v1.2.3]

Whether what is checked out can be released. Publishes nothing.

  --quick   only the small part of "npm run compat"
  --tag     also, whether this is the tag of the version`;

async function main() {
  const { quick, tag, help } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      tag: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  }).values;
  if (help) {
    console.log(USAGE);
    return;
  }
  const failed = [];
  for (const [name, check] of Object.entries(checks(quick, tag))) {
    const problem = await check().then(
      () => undefined,
      (error) => (error instanceof Error ? error.message : String(error)),
    );
    console.log(`${problem === undefined ? "ok    " : "FAILED"}  ${name}`);
    if (problem === undefined) continue;
    console.log(problem);
    failed.push(name);
  }
  if (failed.length > 0) throw new Error(`Not to be released: ${failed.join("; ")}.`);
  console.log(`\nVersion ${agreedVersion(await manifests(ROOT))} can be released.`);
}

/**
 * In this order: what is quickly checked, and most often forgotten, comes first.
 *
 * @param {boolean} quick
 * @param {string | undefined} tag
 * @returns {Readonly<Record<string, () => Promise<void>>>}
 */
function checks(quick, tag) {
  return {
    "everything is committed": async () => {
      const changes = await run("git", ["status", "--porcelain"]);
      if (changes !== "") throw new Error(changes);
    },
    "the versions agree": async () => {
      const version = agreedVersion(await manifests(ROOT));
      if (tag !== undefined && tag !== `v${version}`) {
        throw new Error(`The tag is ${tag}, and the version ${version}.`);
      }
    },
    "CHANGELOG.md has this version": async () => {
      changelogEntry(await textOf("CHANGELOG.md"), agreedVersion(await manifests(ROOT)));
    },
    "package-lock.json names no registry": async () => {
      expectNoAddresses(await textOf("package-lock.json"));
    },
    "it compiles from nothing": async () => {
      for (const name of ["provider", "emulator"]) {
        await rm(join(ROOT, name, "dist"), { recursive: true, force: true });
      }
      await run("npm", ["run", "build"]);
    },
    "format, lint, types, packages and the list of dependencies": async () => {
      await run("npm", ["run", "check"]);
    },
    "the packages hold what they should": async () => {
      await run("npx", ["jest", "tests/scaffolding/packages.test.ts"]);
    },
    [`compatibility${quick ? ", a small part" : ""}`]: async () => {
      await run(process.execPath, ["tools/compat/compat.mjs", ...(quick ? ["--small"] : [])]);
    },
    "and all this changed nothing": async () => {
      const changes = await run("git", ["status", "--porcelain"]);
      if (changes !== "") throw new Error(`Commit what was written anew, and look at it:\n${changes}`);
    },
  };
}

/** @param {string} file */
function textOf(file) {
  return readFile(join(ROOT, file), "utf8");
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<string>} what it printed
 */
async function run(command, args) {
  const result = await runCommand(command, args, { cwd: ROOT });
  if (result.exitCode !== 0) throw new Error(outputTail(result, 40));
  return result.stdout.trim();
}

await runMain(main);
