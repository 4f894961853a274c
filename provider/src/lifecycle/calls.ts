import { setTimeout } from "node:timers/promises";
import * as v from "valibot";
import type { Operation } from "../up42/operation";
import { ALONE, type SharedLog } from "./shared-log";

/** The engine hands over its next resource within this time, unless it waits for an earlier one. */
const QUIET_MS = 2_000;
/** The same, once it has been quiet: it goes on with what it held back, so many resources at a time. */
const QUIET_AGAIN_MS = 500;
const LOOK_AGAIN_MS = 100;
/** Other processes may believe for this long that the last call was earlier. */
const SHARE_AGAIN_MS = 100;

/** How many calls a process works on that do not wait for others, and when the last one began or ended. */
export const activitySchema = v.object({ busy: v.number(), at: v.number() });

export type Activity = v.InferOutput<typeof activitySchema>;

/** The engine's calls about webhooks, in every account: which are under way, and when the last one began or ended. */
export class Calls {
  readonly #log: SharedLog<Activity>;
  readonly #others = new Map<string, Activity>();
  #underWay = 0;
  #waiting = 0;
  #last = 0;
  #shared: Activity = { busy: 0, at: 0 };
  #quiet: Promise<void> | undefined;
  #quietMs = QUIET_MS;

  /** @param log What the engine's other processes are busy with. */
  constructor(log: SharedLog<Activity> = ALONE) {
    this.#log = log;
  }

  /** Notes that the engine called: more calls may follow at once. */
  touch(): void {
    this.#last = Date.now();
    this.#share();
  }

  /** Runs what the engine has called for, which it may wait for before it hands over more. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    this.touch();
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      this.touch();
    }
  }

  /**
   * Waits, within a call, until the engine has handed over the resources that it is going to hand over now: until all
   * calls under way wait here, and no other has come for a while. It takes half of the operation's time at the most.
   */
  async settled({ deadline }: Operation): Promise<void> {
    const timer = new AbortController();
    const timeOver = setTimeout(deadline.remainingMs / 2, undefined, { signal: timer.signal }).catch(
      // The timer was stopped: the engine was quiet first.
      () => undefined,
    );
    this.#waiting += 1;
    this.#share();
    // All that wait go on together, since each that ends lets the engine go on.
    this.#quiet ??= this.#untilQuiet().finally(() => {
      this.#quiet = undefined;
    });
    try {
      await Promise.race([this.#quiet, timeOver]);
    } finally {
      this.#waiting -= 1;
      this.#share();
      timer.abort();
    }
  }

  async #untilQuiet(): Promise<void> {
    let hasWaited = false;
    for (;;) {
      const all = this.#all();
      const isBusy = all.some(({ busy }) => busy > 0);
      const remaining = Math.max(...all.map(({ at }) => at)) + this.#quietMs - Date.now();
      if (!isBusy && remaining <= 0) {
        if (hasWaited) {
          this.#quietMs = QUIET_AGAIN_MS;
        }
        return;
      }
      hasWaited = true;
      await setTimeout(isBusy ? LOOK_AGAIN_MS : remaining, undefined, { ref: false });
    }
  }

  /** What this process and the others are busy with. */
  #all(): readonly Activity[] {
    for (const { by, entry } of this.#log.news()) {
      this.#others.set(by, entry);
    }
    return [this.#own(), ...this.#others.values()];
  }

  #own(): Activity {
    return { busy: this.#underWay - this.#waiting, at: this.#last };
  }

  #share(): void {
    const own = this.#own();
    const isKnown = own.busy > 0 === this.#shared.busy > 0 && own.at < this.#shared.at + SHARE_AGAIN_MS;
    if (!isKnown) {
      this.#shared = own;
      this.#log.append(own);
    }
  }
}
