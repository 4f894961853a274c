import { catchInterruption } from "./interruption";
import { notTouched, type Outcome, operate, succeeded } from "./operation";
import { type Options, parseOptions, USAGE, UsageError } from "./options";
import { type Progress, showProgress } from "./progress";
import { promote, promotedFrom, type WaitsFor } from "./promotion";
import { outcomeTable } from "./table";
import { checkPulumi, checkWorkDir, WORK_DIR } from "./workspace";

/** The exit code when nothing was begun: wrong usage, or a set-up that cannot work. */
const CANNOT = 2;

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  checkWorkDir(WORK_DIR);
  await checkPulumi();
  const interruption = catchInterruption();
  const progress = showProgress(options.names, process.stderr);
  interruption.signal.addEventListener("abort", () => progress.note(STOPPING));
  const outcomes = await runAll(options, interruption.signal, progress).finally(() => progress.end());
  console.log(`\n${outcomeTable(outcomes, options, process.stdout.columns)}`);
  for (const { environment, result, activity } of outcomes) {
    for (const error of activity.errors) console.error(`\n${environment} ${result}: ${error}`);
  }
  return interruption.exitCode() ?? (outcomes.every(succeeded) ? 0 : 1);
}

const STOPPING =
  "Stopping: what is in progress is completed first, a test when its time is over. Ctrl-C again ends it at once.";

async function runAll(
  options: Options,
  interruption: AbortSignal,
  progress: Progress,
): Promise<readonly Outcome[]> {
  const { names, preview } = options;
  // A preview touches nothing, so nothing has to wait.
  const waitsFor: WaitsFor = preview ? () => undefined : (name) => promotedFrom(name, names);
  for (const name of names) {
    const source = waitsFor(name);
    if (source !== undefined) progress.show(name, `waits for ${source}`);
  }
  return await promote(names, waitsFor, async (name, obstacle) => {
    const outcome =
      obstacle === undefined
        ? await operate(name, options, interruption, ({ step }) => progress.show(name, step))
        : notTouched(name, obstacle);
    progress.show(name, `${outcome.result}, ${outcome.seconds.toFixed(1)} s`);
    return outcome;
  });
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    if (error instanceof UsageError) console.error(`\n${USAGE}`);
    process.exitCode = CANNOT;
  },
);
