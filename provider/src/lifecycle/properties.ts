import * as v from "valibot";
import { Up42Error } from "../up42/errors";
import { printable } from "../up42/printable";

/** A resource's properties as the engine hands them over. */
export type Properties = Readonly<Record<string, unknown>>;

/** One input that is not right; `property` is empty when the reason names it. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What `check` answers. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/** What `diff` answers: the properties that differ, and those whose change needs a new resource. */
export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  /** Whether there is something to do although no input has changed: a test that failed, or that always runs. */
  readonly isForced?: boolean;
}

/** How the engine writes a value that is not known yet (a preview, or an output of a resource that is not there yet). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is not known yet, or holds one that is not. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.values(value).some(hasUnknown);
  }
  return value === UNKNOWN;
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Whether two plain values are the same; the order of an object's keys does not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return a === b;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    [...keys].every((key) => sameValue(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

/** The schema of each property of a bag. */
export type Fields = Readonly<Record<string, v.GenericSchema>>;

/** The properties of a bag that are known; those that are not yet, are left out. */
export type Known<F extends Fields> = { readonly [K in keyof F]?: v.InferOutput<F[K]> };

/**
 * Parses what a user wrote, property by property. Values that are not known yet pass: they are checked when they
 * are. A property that does not exist is refused: a typing error must not change what is deployed without a word.
 */
export function parseInputs<const F extends Fields>(
  fields: F,
  bag: Properties,
): { readonly known: Known<F>; readonly failures: readonly CheckFailure[] } {
  const known: Record<string, unknown> = {};
  const failures: CheckFailure[] = [];
  for (const [property, schema] of Object.entries(fields)) {
    const value = bag[property];
    if (hasUnknown(value)) {
      continue;
    }
    const result = v.safeParse(schema, value, { abortPipeEarly: true });
    if (result.success) {
      known[property] = result.output;
    } else {
      failures.push(...[...new Set(result.issues.map(spell))].map((reason) => failure(property, reason)));
    }
  }
  for (const property of Object.keys(bag)) {
    if (!Object.hasOwn(fields, property) && !property.startsWith("__")) {
      failures.push(
        failure(property, `is not a property of this resource; it has ${Object.keys(fields).join(", ")}`),
      );
    }
  }
  return { known: fieldsOf(fields, known), failures };
}

/** The reason names the property itself: the engine would print a property's value, secrets included, beside it. */
export function failure(property: string, reason: string): CheckFailure {
  return { property: "", reason: printable(property === "" ? reason : `${property}: ${reason}`) };
}

/** Turns an error that the user can act on into a failed check; anything else is a defect and is thrown. */
export function failureOf(error: unknown): CheckFailure {
  if (error instanceof Up42Error) {
    return failure("", error.message);
  }
  throw error;
}

/** Parses what this package itself put into the state or let through `check`. */
export function parseState<const S extends v.GenericSchema>(
  schema: S,
  bag: Properties,
  what: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, bag);
  if (!result.success) {
    const issue = result.issues[0];
    throw new Up42Error(
      `Failed to use the properties of ${what}: "${v.getDotPath(issue) ?? "?"}" ${spell(issue)}. If the stack's state ` +
        `was edited by hand, correct it; else run \`pulumi refresh\`.`,
      { isComplete: true },
    );
  }
  return result.output;
}

/** Removes properties without a value. */
export function compact(bag: Properties): Properties {
  return Object.fromEntries(Object.entries(bag).filter(([, value]) => value !== undefined));
}

/** Our schemas have messages of their own; valibot's would repeat the value, which may be a secret. */
function spell(issue: v.BaseIssue<unknown>): string {
  const isOwn = !issue.message.startsWith("Invalid ");
  return isOwn ? issue.message : `must be ${issue.expected ?? "valid"}`;
}

function fieldsOf<F extends Fields>(fields: F, values: Readonly<Record<string, unknown>>): Known<F> {
  const result = v.safeParse(v.partial(v.object(fields)), values);
  return result.success ? result.output : {};
}
