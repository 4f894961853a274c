#!/usr/bin/env node
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startReceiver } from "../demo/receiver.mjs";
import { writeFigures } from "../figures.mjs";
import { runMain } from "../process.mjs";
import { ensurePulumi } from "../pulumi-cli.mjs";
import { fullChoice, npmVersion, smallChoice } from "./choice.mjs";
import { fullMatrix, idOf, smallMatrix } from "./matrix.mjs";
import { registrySettings } from "./registry.mjs";
import { documentation, summary, terminalTable } from "./report.mjs";
import { tryAll } from "./run.mjs";

const DOCUMENT = "docs/compatibility.md";
const SECRET = "what notifications are signed with";

const USAGE = `Usage: npm run compat [-- --only TEXT] [-- --small] [-- --json]

Tries the packed packages with package managers, versions of Node.js, of Pulumi's SDK and of TypeScript, and kinds of
programs; and, when all of it is tried, writes the result into docs/compatibility.md. Fails when something fails that
is not explained there, or not in the way that is explained.

  --only TEXT   only what has this text in its name, for instance "pnpm, Node.js 22"; can be repeated
  --small       half a minute of it: the Node.js that runs, with npm and pnpm
  --list        only the names
  --json        the result as JSON`;

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      small: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const work = await mkdtemp(join(tmpdir(), "pulumi-up42-compat-"));
  // Also when it is interrupted: what it has started is stopped then, and nothing stays.
  process.once("exit", () => rmSync(work, { recursive: true, force: true }));
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, () => process.exit(130));
  }
  const receiver = await startReceiver(SECRET, () => undefined);
  try {
    await compare({ ...values, work, receiver: { url: receiver.url, secret: SECRET } });
  } finally {
    await receiver.close();
  }
}

/**
 * @param {{ only: string[], small: boolean, list: boolean, json: boolean, work: string,
 *   receiver: { url: string, secret: string } }} options
 */
async function compare({ only, small, list, json, work, receiver }) {
  const log = console.error;
  const { dimensions, versions } = await (small ? smallChoice(work) : fullChoice(work, log));
  const all = small ? smallMatrix(dimensions) : fullMatrix(dimensions);
  const cells = all.filter((cell) => only.length === 0 || only.some((text) => idOf(cell).includes(text)));
  if (cells.length === 0) throw new Error(`Nothing has ${only.join(" or ")} in its name; see --list.`);
  if (list) {
    console.log(cells.map(idOf).join("\n"));
    return;
  }
  const cli = await ensurePulumi({ log });
  const surroundings = {
    cli,
    npmVersion: await npmVersion(),
    registry: await registrySettings(),
    receiver,
    work,
    log,
  };
  const outcomes = await tryAll(cells, surroundings, ({ id, verdict, seconds, problem }) => {
    log(`${verdict.padEnd(9)} ${seconds.toFixed(1).padStart(5)} s  ${id}`);
    if (problem !== undefined) log(problem);
  });
  const tried = { "Pulumi's CLI": cli.version, ...versions };
  console.log(json ? JSON.stringify({ versions: tried, outcomes }, null, 2) : terminalTable(outcomes));
  if (outcomes.some(({ verdict }) => verdict === "fails")) throw new Error(`${summary(outcomes)}.`);
  log(`${summary(outcomes)}.`);
  if (!small && only.length === 0) {
    await writeFigures(DOCUMENT, "compat", documentation(outcomes, tried));
    log(`Written to ${DOCUMENT}.`);
  }
}

await runMain(main);
