import * as v from "valibot";
import type { Reply } from "./wire";

/** A field of an answer, by its path: `field(json, "data", "id")`. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}

/** The `data` of an answer. */
export function dataOf({ json }: Reply): unknown {
  return field(json, "data");
}

export const isSuccess = ({ status }: Reply): boolean => status >= 200 && status <= 299;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isUuid = (value: unknown): boolean => typeof value === "string" && UUID.test(value);

const Refusal = v.object({
  data: v.null(),
  error: v.object({ code: v.string(), message: v.string() }),
});

/** Whether an answer is a refusal in UP42's envelope, as this package expects it. */
export function isRefusal({ json }: Reply): boolean {
  return v.is(Refusal, json);
}

/** For a report: the status, and the names of what the answer holds, never the values. */
export function shapeOf({ status, json, body }: Reply): string {
  if (json === undefined) {
    return `HTTP ${status}, ${body === "" ? "no body" : "a body that is not JSON"}`;
  }
  return `HTTP ${status}, ${namesIn(json)}`;
}

function namesIn(json: unknown): string {
  if (Array.isArray(json)) {
    return "a list";
  }
  if (typeof json !== "object" || json === null) {
    return json === null ? "null" : typeof json;
  }
  const parts = Object.entries(json).map(([name, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? `${name}: ${namesIn(value)}`
      : name,
  );
  return `{${parts.join(", ")}}`;
}
