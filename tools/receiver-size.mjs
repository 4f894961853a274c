// Measures what pulumi-up42/receiver costs a function that starts cold, and writes it into docs/receiver.md.
// Run by `npm run receiver:size`, after `npm run build`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median, writeFigures } from "./figures.mjs";
import { markdownTable } from "./markdown.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RECEIVER = join(ROOT, "provider", "dist", "receiver", "index.js");
const RUNS = 41;

/** A script that verifies the notification of UP42's documentation with what `receiver` holds. */
const VERIFY = `receiver.verifyNotification(
  {
    headers: {
      date: "Fri, 18 Feb 2022 15:12:18 GMT",
      "signature-input": 'up42-sig=("date");created=1645197138',
      signature: "up42-sig=7Zugk/Ee1cPSnCYFp3ZHOJtoAnPyD29ykPAg/zA38ho=",
    },
    body: '{"event":"order.status","liveMode":true,"messageId":"377669ea","timestamp":"2022-02-18T15:12:18Z","body":{"status":"FULFILLED"}}',
  },
  { secret: "QWZTFnMEXhqZKNmu", now: () => 1645197139000 },
);`;

/**
 * The median time, in milliseconds, that a fresh process takes to load a module.
 * @param {string} folder where to put the script; one given by --eval would have Node's own modules loaded before it
 * @param {string} module
 * @param {string} [then] what is measured too
 */
function loadTime(folder, module, then = "") {
  const script = join(folder, "load.cjs");
  writeFileSync(
    script,
    `const start = process.hrtime.bigint();
     const receiver = require(${JSON.stringify(module)});
     ${then}
     console.log(Number(process.hrtime.bigint() - start) / 1e6);`,
  );
  const times = Array.from({ length: RUNS }, () => Number(execFileSync(process.execPath, [script])));
  return `${median(times).toFixed(1)} ms`;
}

const kib = (/** @type {number} */ bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

/** What was measured, and the figure. The bundle is one minified file with all that is needed, as functions deploy it. */
async function measure() {
  const folder = mkdtempSync(join(tmpdir(), "receiver-size-"));
  try {
    const bundled = join(folder, "bundle.cjs");
    const options = /** @type {const} */ ({ platform: "node", target: "node20", format: "cjs" });
    await build({ entryPoints: [RECEIVER], outfile: bundled, bundle: true, minify: true, ...options });
    const bytes = readFileSync(bundled);
    return [
      ["Load, installed from npm", loadTime(folder, RECEIVER)],
      ["Load, bundled", loadTime(folder, bundled)],
      ["Load, bundled, and verify a first notification", loadTime(folder, bundled, VERIFY)],
      ["of that, `node:crypto` of Node itself", loadTime(folder, "node:crypto")],
      ["Bundle, minified", kib(bytes.length)],
      ["Bundle, minified and gzipped", kib(gzipSync(bytes).length)],
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const header = ["", `Node ${process.versions.node}, median of ${RUNS} fresh processes`];
const table = markdownTable(header, await measure());
await writeFigures("docs/receiver.md", "receiver:size", table);
console.log(table);
