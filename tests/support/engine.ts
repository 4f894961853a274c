import * as v from "valibot";

const Step = v.object({
  op: v.string(),
  urn: v.string(),
  type: v.string(),
  diffs: v.nullish(v.array(v.string())),
});

const EngineEventSchema = v.looseObject({
  sequence: v.number(),
  diagnosticEvent: v.optional(
    v.looseObject({
      severity: v.string(),
      message: v.string(),
      urn: v.optional(v.string()),
      ephemeral: v.optional(v.boolean(), false),
    }),
  ),
  resourcePreEvent: v.optional(v.looseObject({ metadata: Step })),
  policyEvent: v.optional(
    v.looseObject({
      resourceUrn: v.optional(v.string(), ""),
      policyName: v.string(),
      message: v.string(),
      enforcementLevel: v.string(),
    }),
  ),
  summaryEvent: v.optional(v.looseObject({ resourceChanges: v.nullish(v.record(v.string(), v.number())) })),
});

const StackSchema = v.looseObject({
  version: v.number(),
  deployment: v.looseObject({
    resources: v.optional(
      v.array(
        v.looseObject({
          urn: v.string(),
          type: v.string(),
          id: v.optional(v.string()),
          inputs: v.optional(v.record(v.string(), v.unknown()), {}),
          outputs: v.optional(v.record(v.string(), v.unknown()), {}),
          initErrors: v.optional(v.array(v.string())),
        }),
      ),
      [],
    ),
    /** What was under way when a command was killed: "creating", "updating", "deleting", … */
    pending_operations: v.optional(v.array(v.looseObject({ type: v.string() })), []),
  }),
});

const OutputsSchema = v.record(v.string(), v.unknown());

/** One event of Pulumi's engine, as `--event-log` writes it; only what tests look at is typed. */
export type EngineEvent = v.InferOutput<typeof EngineEventSchema>;

/** What `pulumi stack export` prints. */
export type ExportedStack = v.InferOutput<typeof StackSchema>;

/** One step of the engine: what it does (`create`, `same`, `update`, `replace`, …) to which resource. */
export interface EngineStep {
  readonly op: string;
  readonly name: string;
  readonly type: string;
  /** The inputs that differ, as far as the provider reported. */
  readonly diffs: readonly string[];
}

/** A message of a deployment, as shown below "Diagnostics". */
export interface Diagnostic {
  readonly severity: string;
  readonly message: string;
}

/** What a policy has to say of a resource: "mandatory" fails the deployment, "advisory" is a warning. */
export interface PolicyViolation {
  readonly policy: string;
  /** The resource's name. */
  readonly name: string;
  readonly level: string;
  readonly message: string;
}

/** What the engine did in one command. */
export interface EngineActivity {
  readonly events: readonly EngineEvent[];
  /** The steps in order, without the stack and the providers themselves. */
  readonly steps: readonly EngineStep[];
  /** How many resources each operation touched, the stack itself included, such as `{ create: 2 }`. */
  readonly changes: Readonly<Record<string, number>>;
  /** Warnings, errors and messages to the user; not the engine's debug output, nor what it shows only meanwhile. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the policies reported, in order. */
  readonly violations: readonly PolicyViolation[];
}

/** Parses an event log: a JSON object a line, the last one perhaps cut off when the command was killed. */
export function parseEventLog(text: string): EngineActivity {
  const events = text
    .split("\n")
    .slice(0, -1)
    .map((line) => v.parse(EngineEventSchema, JSON.parse(line)));
  const steps = events.flatMap(({ resourcePreEvent }) =>
    resourcePreEvent ? [resourcePreEvent.metadata] : [],
  );
  return {
    events,
    steps: steps.filter(({ type }) => !type.startsWith("pulumi:")).map(toStep),
    changes: events.findLast(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {},
    diagnostics: events.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent && diagnosticEvent.severity !== "debug" && !diagnosticEvent.ephemeral
        ? [diagnosticEvent]
        : [],
    ),
    violations: events.flatMap(({ policyEvent }) =>
      policyEvent === undefined
        ? []
        : [
            {
              policy: policyEvent.policyName,
              name: nameOf(policyEvent.resourceUrn),
              level: policyEvent.enforcementLevel,
              message: policyEvent.message,
            },
          ],
    ),
  };
}

/** Parses what `pulumi stack export` prints. */
export function parseStack(text: string): ExportedStack {
  return v.parse(StackSchema, JSON.parse(text));
}

/** Parses what `pulumi stack output --json` prints. */
export function parseOutputs(text: string): Record<string, unknown> {
  return v.parse(OutputsSchema, JSON.parse(text));
}

function toStep({ op, urn, type, diffs }: v.InferOutput<typeof Step>): EngineStep {
  return { op, name: nameOf(urn), type, diffs: diffs ?? [] };
}

/** A resource's name, the last part of its URN. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
