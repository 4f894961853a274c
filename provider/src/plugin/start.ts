import { join } from "node:path";
import type * as main from "./main";

/** What Node.js has from 22 on: compiled code is kept in a folder, from one process to the next. */
interface CompileCache {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/** The oldest major version of Node.js that runs the plugin; this file, older ones can read. */
const OLDEST = 20;

if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  console.error(
    `The provider plugin of UP42 needs Node.js ${OLDEST} or newer; this is ${process.version} (${process.execPath}). ` +
      "Install a newer one: https://nodejs.org",
  );
  process.exit(1);
}

const { enableCompileCache }: CompileCache = require("node:module");

// Beside the code itself: people who can write there can change the plugin anyway. Where they cannot, nothing is kept.
enableCompileCache?.(join(__dirname, "compiled"));
// The engine's way to end a plugin. By default the process would end without keeping anything.
process.once("SIGINT", () => process.exit());

const { serve }: typeof main = require("./main");

void serve(process.argv.slice(2));
