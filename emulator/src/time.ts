import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

/** The time in UP42's notation: ISO 8601 in UTC with microseconds. */
export function timestamp(): string {
  const now = performance.timeOrigin + performance.now();
  const microseconds = Math.floor((now % 1) * 1000);
  return new Date(Math.floor(now)).toISOString().replace("Z", `${String(microseconds).padStart(3, "0")}Z`);
}

/** Waits, but not longer than until the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}
