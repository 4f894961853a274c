import { setTimeout as delay } from "node:timers/promises";
import { startEmulator } from "up42-emulator";
import { median } from "../../tools/figures.mjs";
import { descendants, describeResult, isRunning, signalAll } from "../../tools/process.mjs";
import { nameOf } from "../support/engine";
import { createProject, type PulumiProject } from "../support/pulumi";
import { demoEnvironment } from "../support/up42-account";
import { carryOut, compare, type Findings, noFindings } from "./compare";
import { deleteEmptyChecksums, readState } from "./file-backend";
import { Random, seedOfRun } from "./random";
import type { Entry, Program } from "./stack";

const POLL_MS = 5;
/** Pulumi writes the state once, at the end of a command. */
const SKIPPING = { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" };

/** An `up` that is killed before it has written any state, and the `up` after it. */
export interface KilledUp {
  readonly seed: number;
  /** The webhooks that UP42 had when the CLI was killed. */
  readonly created: number;
  readonly findings: Findings;
}

/** What is killed. */
export interface KillOptions {
  readonly kills: number;
  readonly webhooks: number;
  readonly seed: number;
  /** What the program says of webhooks that exist; default: "adopt". */
  readonly ifExists?: "adopt" | "create";
  readonly onKill?: (killed: KilledUp) => void;
}

/** Kills so many `up`s, each at a random request, and runs each again. */
export async function killUps(options: KillOptions): Promise<readonly KilledUp[]> {
  const all: KilledUp[] = [];
  for (let index = 0; index < options.kills; index += 1) {
    const killed = await killUp(seedOfRun(options.seed, index), options);
    options.onKill?.(killed);
    all.push(killed);
  }
  return all;
}

export function hasFindings({ findings }: KilledUp): boolean {
  return Object.values(findings).some((lines: readonly string[]) => lines.length > 0);
}

/** One of them in a line, and what was found. */
export function describeKill({ seed, created, findings }: KilledUp): string {
  const lines: readonly string[] = Object.values(findings).flat();
  return [`seed ${seed}: killed with ${created} webhooks at UP42`, ...lines].join("\n  ");
}

/** The figures of all of them, a line each. */
export function describeKills(kills: readonly KilledUp[], webhooks: number): readonly string[] {
  const created = kills.map((killed) => killed.created);
  const sum = (key: keyof Findings): number =>
    kills.reduce((total, { findings }) => total + findings[key].length, 0);
  return [
    `webhooks of ${webhooks} when it was killed: ${Math.min(...created)} to ${Math.max(...created)}, median ${median(created)}`,
    `kills ${kills.length}, lost ${sum("lost")}, duplicated ${sum("duplicated")}, orphaned ${sum("orphaned")}, broken ${sum("broken")}`,
  ];
}

async function killUp(seed: number, { webhooks, ifExists = "adopt" }: KillOptions): Promise<KilledUp> {
  const program = programOf(webhooks);
  const findings = noFindings();
  let created = 0;
  await carryOut(findings, async () => {
    const emulator = await startEmulator();
    const env = { ...demoEnvironment(emulator.url), ...SKIPPING };
    const project = await createProject({ program: sourceOf(program, ifExists), env });
    const leftBehind: number[] = [];
    try {
      const moment = new Random(seed).whole(1, webhooks);
      await killAt(project, () => emulator.requests.length >= moment, leftBehind);
      created = emulator.webhooks().length;
      await project.up();
      const ofOthers = new Map();
      compare(
        program,
        { entries: await entriesOf(project), webhooks: emulator.webhooks(), ofOthers },
        findings,
      );
    } finally {
      signalAll(leftBehind, "SIGKILL");
      await project.dispose();
      await emulator.close();
    }
  });
  return { seed, created, findings };
}

/**
 * Starts an `up`, kills the CLI at that moment, and unlocks the stack.
 *
 * @param leftBehind gets the processes that it had started, which are left alone
 */
async function killAt(project: PulumiProject, isTime: () => boolean, leftBehind: number[]): Promise<void> {
  const running = project.start(["up", "--yes", "--skip-preview"]);
  let hasEnded = false;
  void running.result.finally(() => {
    hasEnded = true;
  });
  while (!isTime() && !hasEnded) {
    await delay(POLL_MS);
  }
  if (hasEnded) {
    throw new Error(`It was not killed: ${describeResult(await running.result)}`);
  }
  leftBehind.push(...descendants(running.pid).map(({ pid }) => pid));
  signalAll([running.pid], "SIGKILL");
  while (isRunning(running.pid)) {
    await delay(POLL_MS);
  }
  if ((await entriesOf(project)).length > 0) {
    throw new Error("The killed command had written its state.");
  }
  await deleteEmptyChecksums(project.env.PULUMI_BACKEND_URL ?? "");
  await project.run(["cancel", "--yes"]);
}

async function entriesOf(project: PulumiProject): Promise<readonly Entry[]> {
  const { resources } = (await readState(project.env.PULUMI_BACKEND_URL ?? "")).deployment;
  return resources
    .filter(({ type }) => type === "pulumi-nodejs:dynamic/up42:Webhook")
    .map(({ urn, id = "" }) => ({ name: nameOf(urn), id }));
}

function programOf(webhooks: number): Program {
  const events = ["order.status"];
  return new Map(
    Array.from({ length: webhooks }, (_, index) => [
      `webhook-${index}`,
      { name: `webhook-${index}`, url: `https://example.com/${index}`, events, active: true },
    ]),
  );
}

function sourceOf(program: Program, ifExists: string): string {
  return `
    const { Webhook } = require("pulumi-up42");
    for (const [name, args] of ${JSON.stringify([...program])}) new Webhook(name, { ...args, ifExists: "${ifExists}" });
  `;
}
