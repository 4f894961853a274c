#!/usr/bin/env node
import { once } from "node:events";
import { parseArgs } from "node:util";
import { markdownTable } from "../markdown.mjs";
import { pulumiVariables } from "../pulumi-project.mjs";
import { STEPS } from "./steps.mjs";
import { createTerminal } from "./terminal.mjs";
import { withWorld } from "./world.mjs";

const USAGE = `Usage: npm run demo [-- --keep]

Shows the life of a webhook with the real Pulumi CLI against an emulator of UP42, on this machine only.

  --keep   skips the last step and leaves everything running, to look around`;

const WHAT_NEXT = `What next?

  npm run demo -- --keep            the same, and leaves everything running to look around
  npx pulumi-up42 init my-webhooks  a project of your own, for the emulator first
  npx pulumi-up42 --help            import what exists, test what is deployed, find out what does not work`;

/**
 * A line of the table at the end.
 * @typedef {{ name: string, what: string, seconds: number, requests: number }} Outcome
 */

const terminal = createTerminal(process.stdout);

async function main() {
  const { keep, help } = parseArgs({
    options: { keep: { type: "boolean", default: false }, help: { type: "boolean", short: "h" } },
  }).values;
  if (help) {
    terminal.line(USAGE);
    return;
  }
  const interruption = new AbortController();
  // Further signals do not cut the cleaning up short.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => interruption.abort(new Interrupted(signal)));
  }
  const { signal } = interruption;
  await withWorld({ terminal, signal }, async (world) => {
    const outcomes = await play(world, keep ? STEPS.slice(0, -1) : STEPS);
    showTable(outcomes);
    if (!keep) {
      terminal.line(WHAT_NEXT);
      return;
    }
    showSurroundings(world);
    if (!signal.aborted) {
      await once(signal, "abort");
    }
    terminal.line("\nStopping.");
  });
}

/**
 * @param {import("./world.mjs").World} world
 * @param {readonly import("./steps.mjs").Step[]} steps
 * @returns {Promise<Outcome[]>}
 * @throws {Error} of the first step that did not do what it says, after showing the table so far
 */
async function play(world, steps) {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const [index, { name, intro, run }] of steps.entries()) {
    const started = performance.now();
    const before = world.emulator.requests.length;
    terminal.step(index + 1, intro);
    const finish = (/** @type {string} */ what) => {
      const seconds = (performance.now() - started) / 1000;
      outcomes.push({ name, what, seconds, requests: world.emulator.requests.length - before });
    };
    try {
      const what = await run(world);
      finish(what);
      terminal.success(what);
    } catch (error) {
      if (error instanceof Interrupted) {
        throw error;
      }
      finish("FAILED");
      terminal.failure(`Step ${index + 1} (${name}) failed.`);
      showTable(outcomes);
      throw error;
    }
  }
  return outcomes;
}

/** @param {readonly Outcome[]} outcomes */
function showTable(outcomes) {
  const seconds = outcomes.reduce((total, outcome) => total + outcome.seconds, 0);
  const requests = outcomes.reduce((total, outcome) => total + outcome.requests, 0);
  const rows = [...outcomes, { name: "in all", what: "", seconds, requests }];
  const table = markdownTable(
    ["step", "what happened", "seconds", "requests to UP42"],
    rows.map((row) => [row.name, row.what, row.seconds.toFixed(1), row.requests]),
  );
  terminal.line(`\n${table}\n`);
}

/** @param {import("./world.mjs").World} world */
function showSurroundings({ emulator, receiver, stack }) {
  const names = [...Object.keys(pulumiVariables(stack.root)), "PULUMI_STACK", "PATH"];
  const exports = names.map((name) => `  export ${name}='${stack.env[name]}'`);
  terminal.line(`Everything is still running.

UP42's webhooks, and what was delivered   ${emulator.url}/
The receiver                              ${receiver.url}

To work with the stack, in another terminal:
${exports.join("\n")}
  cd '${stack.folder}'
  pulumi stack output
  pulumi config set active false && pulumi up

To make an order change its status, in this folder:
  npx up42-emulator trigger order.status --status FULFILLED --url ${emulator.url}

Ctrl-C stops and removes everything.`);
}

/** A signal asked the demo to end. */
class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Stopped by ${signal}; everything was cleaned up.`);
    this.exitCode = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[/** @type {string} */ (signal)] ?? 1;
  }
}

try {
  await main();
} catch (error) {
  terminal.line();
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
}
