/** Where lines for the user go; each line is one message. */
export interface Reporter {
  /** What the user should know after the command. */
  readonly info: (line: string) => void;
  /** What the user should act upon. */
  readonly warn: (line: string) => void;
  /** What is of interest only while the command runs. */
  readonly progress: (line: string) => void;
}

/** On whose behalf an operation runs. */
export interface Caller {
  readonly reporter: Reporter;
  /** The time of the operation. Default: the configuration's `timeoutSeconds`. */
  readonly timeoutMs?: number | undefined;
}
