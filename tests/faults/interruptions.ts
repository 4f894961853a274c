import type { FaultyProxy, Stage } from "./proxy";
import type { Random } from "./random";

/** How a command can end too early. */
export const INTERRUPTIONS = [
  "failing test",
  "Ctrl-C",
  "kill -9 of the host",
  "kill -9 of the CLI",
  "SIGHUP of the CLI",
] as const;

export type InterruptionKind = (typeof INTERRUPTIONS)[number];

/** A command's early end: after so many requests, when the last of them arrives at UP42 or is carried out. */
export interface Interruption {
  readonly kind: InterruptionKind;
  readonly stage: Stage;
  readonly requests: number;
}

export function drawInterruption(random: Random): Interruption {
  return {
    kind: random.pick(INTERRUPTIONS),
    stage: random.pick(["arrived", "committed"]),
    requests: random.whole(1, 8),
  };
}

/** Acts at the moment of an interruption, if it comes. Returns what ends the waiting for it. */
export function atInterruption(
  proxy: FaultyProxy,
  { stage, requests }: Interruption,
  act: () => void,
): () => void {
  let remaining = requests;
  return proxy.observe((_request, at) => {
    if (at !== stage) {
      return;
    }
    remaining -= 1;
    if (remaining === 0) {
      act();
    }
  });
}
