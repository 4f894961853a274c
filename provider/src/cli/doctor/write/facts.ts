/** Whether UP42 documents a fact, or this package relies on it without a source. */
export type Standing = "documented" | "unknown";

/** What became of a fact. */
export type Verdict = "confirmed" | "different" | "not tried";

/** A fact about UP42's API, and what UP42 did. */
export interface Fact {
  readonly verdict: Verdict;
  readonly standing: Standing;
  readonly statement: string;
  /** What was found instead, or why it was not tried. */
  readonly found?: string;
}

/** Collects facts as they are tried. */
export class Facts {
  readonly all: Fact[] = [];

  documented(statement: string, holds: boolean, found: string): void {
    this.#add("documented", statement, holds, found);
  }

  unknown(statement: string, holds: boolean, found: string): void {
    this.#add("unknown", statement, holds, found);
  }

  notTried(standing: Standing, statement: string, why: string): void {
    this.all.push({ verdict: "not tried", standing, statement, found: why });
  }

  #add(standing: Standing, statement: string, holds: boolean, found: string): void {
    const verdict = holds ? "confirmed" : "different";
    this.all.push({ verdict, standing, statement, ...(holds ? {} : { found }) });
  }
}
