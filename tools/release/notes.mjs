#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runMain } from "../process.mjs";
import { changelogEntry } from "./checks.mjs";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Prints what CHANGELOG.md says of this version, for the release's page. */
async function main() {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  console.log(changelogEntry(await readFile(join(ROOT, "CHANGELOG.md"), "utf8"), version));
}

await runMain(main);
