import { parseArgs } from "node:util";
import { CONTROLS } from "./control";
import { DOORS } from "./door";
import { seedsFrom } from "./random";
import { describeFailures, describeFaults, describeResult, hasFailed, writeDocs } from "./report";
import { SCENARIOS } from "./scenario";
import { describeKill, describeKills, hasFindings, type KilledUp, killUps } from "./skipped-checkpoints";
import { FIRST_CLI_RUN, runSuite, type Summary } from "./suite";

const USAGE = `npm run faults -- [options]
  --door DOOR                dynamic: Pulumi's dynamic host (default), or plugin
  --runs N                   runs against the host (default 200)
  --cli N                    runs with the real CLI, which is killed in the middle (default 0)
  --seed S                   decides what happens in all of them (default 1)
  --run-seed X,…             only these runs against the host, as failures name them
  --cli-seed X,…             only these runs with the CLI
  --lanes N                  how many runs against the host are in flight (default 32)
  --trace                    shows all requests and faults of the runs that fail
  --scenario KIND            only scenarios of this kind: ${SCENARIOS.join(", ")}
  --without PROTECTION       takes a protection away, so that the suite must fail: ${CONTROLS.join(", ")}
  --skipped-checkpoints N    instead of all this: N ups that are killed while Pulumi writes no state
  --write-docs BLOCK         puts the figures into the block of docs/reliability.md with this name`;

const OPTIONS = {
  door: { type: "string", default: "dynamic" },
  runs: { type: "string", default: "200" },
  cli: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  "run-seed": { type: "string" },
  "cli-seed": { type: "string" },
  lanes: { type: "string", default: "32" },
  trace: { type: "boolean", default: false },
  scenario: { type: "string" },
  without: { type: "string" },
  "skipped-checkpoints": { type: "string" },
  "write-docs": { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** `npm run faults`: see docs/reliability.md. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  if (values["skipped-checkpoints"] !== undefined) {
    await killAll(Number(values["skipped-checkpoints"]), values);
    return;
  }
  const chosen = values["run-seed"] !== undefined || values["cli-seed"] !== undefined;
  const startedAt = Date.now();
  const show = (failed: Summary): void => {
    for (const line of describeFailures(failed, values.trace)) {
      console.log(line);
    }
  };
  const summary = await runSuite({
    seeds: chosen ? numbers(values["run-seed"]) : seedsOf(values.seed, 0, values.runs),
    cliSeeds: chosen ? numbers(values["cli-seed"]) : seedsOf(values.seed, FIRST_CLI_RUN, values.cli),
    door: oneOf(DOORS, values.door) ?? "dynamic",
    lanes: Number(values.lanes),
    scenario: oneOf(SCENARIOS, values.scenario),
    without: oneOf(CONTROLS, values.without),
    onResult: (result) => show({ results: [result], leakedOutputs: [] }),
  });
  show({ ...summary, results: [] });
  const figures = [...describeFaults(summary), describeResult(summary)];
  console.log(`took ${Math.round((Date.now() - startedAt) / 1000)} s`);
  for (const line of figures) {
    console.log(line);
  }
  if (values["write-docs"] !== undefined) {
    await writeDocs(values["write-docs"], [`$ npm run faults -- ${commandLine(values)}`, ...figures]);
  }
  if (hasFailed(summary)) {
    process.exitCode = 1;
  }
}

/** `npm run faults -- --skipped-checkpoints N` */
async function killAll(
  kills: number,
  { seed, "write-docs": block }: { readonly seed: string; readonly "write-docs"?: string | undefined },
): Promise<void> {
  const webhooks = 500;
  const onKill = (killed: KilledUp): void => console.log(describeKill(killed));
  const all = await killUps({ kills, webhooks, seed: Number(seed), onKill });
  const figures = describeKills(all, webhooks);
  for (const line of figures) {
    console.log(line);
  }
  const command = `$ npm run faults -- --skipped-checkpoints ${kills} --seed ${seed}`;
  if (block !== undefined) {
    await writeDocs(block, [command, ...figures]);
  }
  if (all.some(hasFindings)) {
    process.exitCode = 1;
  }
}

/** The options that decide what is measured. */
function commandLine(values: Readonly<Record<string, unknown>>): string {
  return (["door", "runs", "seed", "cli", "scenario", "without"] as const)
    .flatMap((name) => (values[name] === undefined ? [] : [`--${name} ${quoted(String(values[name]))}`]))
    .join(" ");
}

function quoted(text: string): string {
  return text.includes(" ") ? `"${text}"` : text;
}

/** @throws RangeError when there is no such value */
function oneOf<T extends string>(all: readonly T[], name: string | undefined): T | undefined {
  const found = all.find((one) => one === name);
  if (name !== undefined && found === undefined) {
    throw new RangeError(`"${name}" is not one of ${all.join(", ")}`);
  }
  return found;
}

function seedsOf(seed: string, first: number, count: string): readonly number[] {
  return seedsFrom(Number(seed), Number(count), first);
}

function numbers(seeds: string | undefined): readonly number[] {
  return seeds === undefined ? [] : seeds.split(",").map(Number);
}

// What was started ends with this process, also when it is interrupted.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(1));
}
// Explicitly: Node.js 20 may wait without end for sockets that were reset.
main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
