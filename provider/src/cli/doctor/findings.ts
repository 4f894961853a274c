import { Up42Error } from "../../up42/errors";

/** How a check ended: `skipped` when another one has to succeed first. */
export type Result = "ok" | "warning" | "failed" | "skipped";

/** What a check found, in a sentence that also says what to do. */
export interface Outcome {
  readonly result: Result;
  readonly text: string;
}

/** A check that was made. */
export interface Finding extends Outcome {
  readonly name: string;
  readonly milliseconds: number;
}

export const ok = (text: string): Outcome => ({ result: "ok", text });
export const warning = (text: string): Outcome => ({ result: "warning", text });
export const failed = (text: string): Outcome => ({ result: "failed", text });

/** Makes checks one after the other, and keeps what they found. */
export class Findings {
  readonly all: Finding[] = [];

  /**
   * Makes a check, unless one that it needs did not succeed. An error of ours is its outcome.
   *
   * @param needs names of earlier checks
   */
  async check(name: string, needs: readonly string[], work: () => Outcome | Promise<Outcome>): Promise<void> {
    const missing = needs.find((need) => !this.#isGood(need));
    const started = performance.now();
    const outcome: Outcome =
      missing === undefined ? await attempt(work) : { result: "skipped", text: `needs "${missing}"` };
    this.all.push({ name, ...outcome, milliseconds: Math.round(performance.now() - started) });
  }

  get haveFailure(): boolean {
    return this.all.some(({ result }) => result === "failed");
  }

  #isGood(name: string): boolean {
    const result = this.all.find((finding) => finding.name === name)?.result;
    return result === "ok" || result === "warning";
  }
}

async function attempt(work: () => Outcome | Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Up42Error) {
      return failed(error.message);
    }
    throw error;
  }
}
