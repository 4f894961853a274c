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

const { serve }: typeof main = require("./main");

void serve(process.argv.slice(2));
