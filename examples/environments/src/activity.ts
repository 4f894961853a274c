import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

/** What is known of an environment's run: the engine's events, in words for people. */
export interface Activity {
  /** The latest step. */
  readonly step: string;
  /** How often each operation was done (or, in a preview, would be), tests not included. */
  readonly changes: Readonly<Record<string, number>>;
  readonly webhook?: WebhookSeen;
  readonly test?: { readonly delivered: number; readonly run: number };
  readonly errors: readonly string[];
  /** Pulumi has been asked to stop. */
  readonly cancelling: boolean;
}

/** A webhook as the engine sees it. */
export interface WebhookSeen {
  /** Undefined as long as it does not exist. */
  readonly id: string | undefined;
  /** The one that was found or given; known in a preview, too. */
  readonly workspaceId: string | undefined;
  readonly url: string;
  readonly events: readonly string[];
  readonly active: boolean;
}

/** A run that has just begun. */
export const NO_ACTIVITY: Activity = { step: "starting", changes: {}, errors: [], cancelling: false };

const WEBHOOK = "Webhook";
const TEST = "WebhookTest";
/** What does not change anything, or is a part of a replacement. */
const NO_CHANGE = /^(same|read|refresh|discard)|-/;
/** The engine's last words, after what went wrong. */
const LAST_WORDS = /^(update|preview|destroy) failed$/;

/** What is known after one more event. */
export function observe(activity: Activity, event: EngineEvent): Activity {
  const { resourcePreEvent: before, resOutputsEvent: after, resOpFailedEvent: failed } = event;
  if (before) return begin(activity, before.metadata, before.planning === true);
  if (after) return end(activity, after.metadata, after.planning === true);
  if (failed) return see({ ...activity, step: `${spell(failed.metadata)}: failed` }, failed.metadata, false);
  if (event.stdoutEvent?.message.startsWith("^C")) return { ...activity, step: "stopping", cancelling: true };
  return event.diagnosticEvent ? hear(activity, event.diagnosticEvent) : activity;
}

function begin(activity: Activity, step: StepEventMetadata, planning: boolean): Activity {
  return isOwn(step) && step.op !== "same" && !planning ? { ...activity, step: spell(step) } : activity;
}

function end(activity: Activity, step: StepEventMetadata, planning: boolean): Activity {
  if (!isOwn(step)) return activity;
  const seen = see(activity, step, planning);
  if (step.op === "same") return seen;
  const { [step.op]: count = 0 } = activity.changes;
  const counts = kindOf(step) !== TEST && !NO_CHANGE.test(step.op);
  return {
    ...seen,
    step: planning ? `would ${spell(step)}` : `${spell(step)}: done`,
    changes: counts ? { ...activity.changes, [step.op]: count + 1 } : activity.changes,
  };
}

/** Looks at the properties of a webhook, or the result of a test. */
function see(activity: Activity, step: StepEventMetadata, planning: boolean): Activity {
  const state = step.new ?? step.old;
  const properties: Readonly<Record<string, unknown>> = { ...state?.inputs, ...state?.outputs };
  switch (kindOf(step)) {
    case WEBHOOK: {
      const { workspaceId, url, events, active } = properties;
      return {
        ...activity,
        webhook: {
          id: state?.id || undefined,
          workspaceId: typeof workspaceId === "string" ? workspaceId : undefined,
          url: String(url),
          events: Array.isArray(events) ? events.map(String).sort() : [],
          active: active === true,
        },
      };
    }
    case TEST: {
      const { testsSucceeded: delivered, testsRun: run } = properties;
      const isResult = typeof delivered === "number" && typeof run === "number";
      return isResult && !planning && step.op !== "delete"
        ? { ...activity, test: { delivered, run } }
        : activity;
    }
    default:
      return activity;
  }
}

/** Only what is meant for people: the engine's debug messages, which are events too, hold secrets in clear. */
function hear(
  activity: Activity,
  { severity, message }: NonNullable<EngineEvent["diagnosticEvent"]>,
): Activity {
  const text = message.trim();
  if (severity === "error") {
    const isNew = !LAST_WORDS.test(text) && !activity.errors.includes(text);
    return isNew ? { ...activity, errors: [...activity.errors, text] } : activity;
  }
  if (severity === "info" || severity === "warning") {
    return { ...activity, step: text.split("\n", 1).join("") };
  }
  return activity;
}

/** The stack itself, and the providers, are of no interest. */
function isOwn({ type }: StepEventMetadata): boolean {
  return !type.startsWith("pulumi:");
}

function kindOf({ type }: StepEventMetadata): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

function spell(step: StepEventMetadata): string {
  return `${step.op} ${kindOf(step)} ${step.urn.slice(step.urn.lastIndexOf("::") + 2)}`;
}
