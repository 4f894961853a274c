import type { Config } from "../../config/config";
import { packageVersion } from "../../config/package-version";
import { nextStepFor } from "../../lifecycle/next-steps";
import { Up42Error } from "../../up42/errors";
import { printable } from "../../up42/printable";
import { type AccountOptions, note, readSource } from "../account";
import { print, printJson, table } from "../output";
import { type Examination, examine } from "./examine";
import type { Finding } from "./findings";
import { showFacts } from "./show-facts";
import type { Fact } from "./write/facts";
import { type ReceiverOptions, type Trial, tryFacts } from "./write/try-facts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The options of `pulumi-up42 doctor`. */
export interface DoctorOptions extends AccountOptions, ReceiverOptions {
  readonly json?: boolean;
  /** Whether to try UP42's API with temporary webhooks. */
  readonly write?: boolean;
}

/**
 * Checks the way to UP42 and the account, tries the API if that is wanted, and prints what it found, without secrets.
 *
 * @returns The exit code: 0 when everything works, 1 when UP42's API differs from what is known, 2 when something does
 * not work.
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const examination = await examine(await readSource(options), options.profile);
  const checks = redacted(examination);
  if (options.json !== true) {
    print(`${describeVersions()}\n\n${showChecks(checks)}`);
  }
  const { findings, config, workspaceId } = examination;
  const isReady = config !== undefined && workspaceId !== undefined && !findings.haveFailure;
  const trial =
    options.write === true && isReady ? await untilInterrupted(config, workspaceId, options) : undefined;
  if (options.json === true) {
    printJson({ ...versions(), checks, ...(trial === undefined ? {} : { facts: trial.facts }) });
  } else if (trial !== undefined) {
    print(`\n${showFacts(trial)}`);
  } else if (options.write === true) {
    note("UP42's API was not tried, since a check failed.");
  }
  if (findings.haveFailure) {
    return 2;
  }
  return trial?.facts.some(({ verdict }) => verdict === "different") ? 1 : 0;
}

/** Ctrl-C ends the trial, and not its cleaning up. */
async function untilInterrupted(
  config: Config,
  workspaceId: string,
  options: ReceiverOptions,
): Promise<Trial> {
  const interruption = new AbortController();
  const interrupt = (signal: NodeJS.Signals) =>
    interruption.abort(
      new Up42Error(`Stopped by ${signal}; the temporary webhooks are removed.`, { isComplete: true }),
    );
  for (const signal of SIGNALS) {
    process.on(signal, interrupt);
  }
  try {
    const trial = await tryFacts(config, workspaceId, options, interruption.signal);
    return { ...trial, facts: trial.facts.map((fact) => redactedFact(fact, trial.redact)) };
  } catch (error) {
    if (!(error instanceof Up42Error) || error.isComplete) {
      throw error;
    }
    const nextStep = error.nextStep ?? nextStepFor(error.code, config.namespace);
    throw new Up42Error(`Failed to try UP42's API: ${error.message}. ${nextStep}.`, { cause: error });
  } finally {
    for (const signal of SIGNALS) {
      process.off(signal, interrupt);
    }
  }
}

function redactedFact({ found, ...fact }: Fact, redact: Trial["redact"]): Fact {
  return found === undefined ? fact : { ...fact, found: printable(redact(found)) };
}

function redacted({ findings, redact }: Examination): readonly Finding[] {
  return findings.all.map((finding) => ({ ...finding, text: redact(finding.text) }));
}

function versions(): { readonly version: string; readonly node: string; readonly platform: string } {
  return {
    version: packageVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

function describeVersions(): string {
  const { version, node, platform } = versions();
  return `pulumi-up42 ${version}, Node.js ${node}, ${platform}`;
}

function showChecks(checks: readonly Finding[]): string {
  const rows = checks.map(({ result, name, milliseconds, text }) => [
    result === "failed" ? "FAILED" : result,
    name,
    result === "skipped" ? "" : `${milliseconds} ms`,
    text,
  ]);
  return table(["RESULT", "CHECK", "TIME", "WHAT IT FOUND"], rows);
}
