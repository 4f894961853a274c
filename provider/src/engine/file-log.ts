import { randomUUID } from "node:crypto";
import {
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import type { Shared, SharedLog } from "../lifecycle/shared-log";

/** An engine whose processes have written nothing for this long has ended. */
const OLD_MS = 3_600_000;
/** Of how many old logs one start takes care: far more than it adds. A busy machine may have thousands. */
const MOST_AT_ONCE = 100;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const OTHERS_CAN_WRITE = 0o022;

/**
 * The folder of this user's logs, where nobody else can write.
 * @throws Error when there is no such folder.
 */
export function logFolder(): string {
  const user = process.getuid?.();
  const folder = join(tmpdir(), `pulumi-up42-${user ?? "logs"}`);
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const found = lstatSync(folder);
  // Windows has a temporary folder for each user.
  const isPrivate = user === undefined || (found.uid === user && (found.mode & OTHERS_CAN_WRITE) === 0);
  if (!found.isDirectory() || !isPrivate) {
    throw new Error(`${folder} is not a folder in which only this user can write`);
  }
  return folder;
}

/** Removes logs of engines that have ended. Where there are many, it takes some, and others at the next start. */
export function removeOldLogs(folder: string): void {
  const names = readdirSync(folder);
  const first = Math.floor(Math.random() * names.length);
  for (const name of [...names.slice(first), ...names.slice(0, first)].slice(0, MOST_AT_ONCE)) {
    removeIfOld(join(folder, name));
  }
}

function removeIfOld(file: string): void {
  const log = lstatSync(file, { throwIfNoEntry: false });
  if (log !== undefined && log.mtimeMs < Date.now() - OLD_MS) {
    // Another process may have been faster.
    rmSync(file, { force: true });
  }
}

/** A line of a log. The process's id shows whether it is still there. */
interface Line<T> {
  readonly by: string;
  readonly pid: number;
  readonly entry: T;
}

/** A file to which processes append lines, each in one write, so that lines never mix. */
export class FileLog<T> implements SharedLog<T> {
  readonly #by = randomUUID();
  readonly #own = `{"by":"${this.#by}"`;
  readonly #line: v.GenericSchema<unknown, Line<T>>;
  readonly #file: number;
  readonly #onError: (error: unknown) => void;
  #offset = 0;
  /** The bytes beyond that are this process's own. */
  #ownBytes = 0;
  #isBroken = false;

  /**
   * @param onError Called once, when the file cannot be used any more: from then on, this process is alone.
   * @throws Error when the file cannot be opened.
   */
  constructor(path: string, entry: v.GenericSchema<unknown, T>, onError: (error: unknown) => void) {
    this.#line = v.object({ by: v.string(), pid: v.number(), entry });
    removeIfOld(path);
    this.#file = openSync(path, "a+", PRIVATE_FILE);
    // It is in use from now on, also while nothing is written.
    const now = new Date();
    futimesSync(this.#file, now, now);
    this.#onError = onError;
  }

  append(entry: T): void {
    const line: Line<T> = { by: this.#by, pid: process.pid, entry };
    this.#attempt(() => {
      this.#ownBytes += writeSync(this.#file, `${JSON.stringify(line)}\n`);
    });
  }

  news(): readonly Shared<T>[] {
    return this.#attempt(() => this.#read()) ?? [];
  }

  #read(): readonly Shared<T>[] {
    const { size } = fstatSync(this.#file);
    const offset = this.#offset;
    const isOwn = size === offset + this.#ownBytes;
    this.#offset = size;
    this.#ownBytes = 0;
    if (isOwn) {
      return [];
    }
    const bytes = Buffer.alloc(size - offset);
    readSync(this.#file, bytes, 0, bytes.length, offset);
    const lines = bytes.toString().split("\n").slice(0, -1);
    const others = lines.filter((line) => !line.startsWith(this.#own));
    return others.map((line) => v.parse(this.#line, JSON.parse(line))).filter(({ pid }) => isAlive(pid));
  }

  /** An operation at UP42 may not fail, or be forgotten, because of a log. */
  #attempt<R>(work: () => R): R | undefined {
    try {
      return this.#isBroken ? undefined : work();
    } catch (error) {
      this.#isBroken = true;
      this.#onError(error);
      return undefined;
    }
  }
}

/** Whether a process is there: an engine that had this log's name before has ended, with all of its processes. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
