import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { type Activity, NO_ACTIVITY, observe } from "./activity";
import type { EnvironmentName } from "./definition";
import { passOn } from "./interruption";
import { findStack, openStack } from "./workspace";

/** What to do with an environment. */
export interface Operation {
  readonly destroy: boolean;
  /** Only look what would be done. */
  readonly preview: boolean;
}

/** How it went. */
export type Result =
  | "deployed"
  | "destroyed"
  | "previewed"
  | "no stack"
  | "failed"
  | "cancelled"
  | "not touched";

/** What became of an environment. */
export interface Outcome {
  readonly environment: EnvironmentName;
  readonly result: Result;
  readonly activity: Activity;
  readonly seconds: number;
}

const INTERRUPTED = "it was interrupted before it began";

/** Whether an environment is as it should be now. */
export function succeeded({ result }: Outcome): boolean {
  return result !== "failed" && result !== "cancelled" && result !== "not touched";
}

/**
 * Does an operation on one environment; never throws.
 *
 * @param interruption ends it: what is in progress at UP42 is completed, and nothing else begun
 * @param report is called whenever there is something new
 */
export async function operate(
  environment: EnvironmentName,
  operation: Operation,
  interruption: AbortSignal,
  report: (activity: Activity) => void,
): Promise<Outcome> {
  if (interruption.aborted) return notTouched(environment, INTERRUPTED);
  const started = performance.now();
  let activity = NO_ACTIVITY;
  const update = (next: Activity): void => {
    activity = next;
    report(activity);
  };
  const outcome = (result: Result): Outcome => ({
    environment,
    result,
    activity,
    seconds: (performance.now() - started) / 1000,
  });
  report(activity);
  try {
    const stack = await (operation.destroy ? findStack(environment) : openStack(environment));
    if (interruption.aborted) return notTouched(environment, INTERRUPTED);
    if (stack === undefined) return outcome("no stack");
    await run(stack, operation, {
      onEvent: (event) => update(observe(activity, event)),
      signal: passOn(interruption, () => activity.cancelling),
    });
    return outcome(doneAs(operation));
  } catch (error) {
    // The engine has reported its errors as events; what is left are those of the command, such as a locked stack.
    if (activity.errors.length === 0) activity = { ...activity, errors: [messageOf(error)] };
    return outcome(interruption.aborted ? "cancelled" : "failed");
  }
}

/** An environment that must not be touched, and why. */
export function notTouched(environment: EnvironmentName, reason: string): Outcome {
  const activity = { ...NO_ACTIVITY, errors: [reason] };
  return { environment, result: "not touched", activity, seconds: 0 };
}

async function run(
  stack: Stack,
  { destroy, preview }: Operation,
  options: { readonly onEvent: (event: EngineEvent) => void; readonly signal: AbortSignal },
): Promise<void> {
  if (destroy) await (preview ? stack.previewDestroy(options) : stack.destroy(options));
  else await (preview ? stack.preview(options) : stack.up(options));
}

function doneAs({ destroy, preview }: Operation): Result {
  if (preview) return "previewed";
  return destroy ? "destroyed" : "deployed";
}

/**
 * A failed command's error holds all its output; its own words are the lines that begin with "error:", and those of one
 * that was interrupted its standard error.
 */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.match(/^error: .*$/gm) ?? [];
  if (lines.length > 0) return [...new Set(lines)].join("\n");
  return /^ stderr: (.+)$/m.exec(message)?.[1] ?? message;
}
