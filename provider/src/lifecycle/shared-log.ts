/** An entry, and which process has appended it. */
export interface Shared<T> {
  readonly by: string;
  readonly entry: T;
}

/** Where the processes of one engine let each other know what they do. */
export interface SharedLog<T> {
  append(entry: T): void;
  /** What the other processes have appended since the last call. */
  news(): readonly Shared<T>[];
}

/** For a process that serves all of an engine's resources. */
export const ALONE: SharedLog<never> = { append: () => undefined, news: () => [] };
