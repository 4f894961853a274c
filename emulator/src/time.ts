import { performance } from "node:perf_hooks";

/** The time in UP42's notation: ISO 8601 in UTC with microseconds. */
export function timestamp(): string {
  const now = performance.timeOrigin + performance.now();
  const microseconds = Math.floor((now % 1) * 1000);
  return new Date(Math.floor(now)).toISOString().replace("Z", `${String(microseconds).padStart(3, "0")}Z`);
}
