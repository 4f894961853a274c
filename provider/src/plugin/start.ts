import { join } from "node:path";
import type * as compiledCode from "./compiled-code";
import type * as main from "./main";

/** The oldest major version of Node.js that runs the plugin; this file, older ones can read. */
const OLDEST = 20;

if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  console.error(
    `The provider plugin of UP42 needs Node.js ${OLDEST} or newer; this is ${process.version} (${process.execPath}). ` +
      "Install a newer one: https://nodejs.org",
  );
  process.exit(1);
}

// The engine's way to end a plugin. By default the process would end without keeping its compiled code.
process.once("SIGINT", () => process.exit());

const { keepCompiled }: typeof compiledCode = require("./compiled-code");
// Beside the code itself: people who can write there can change the plugin anyway.
keepCompiled(join(__dirname, "main.js"), join(__dirname, "compiled"));

const { serve }: typeof main = require("./main");

void serve(process.argv.slice(2));
