import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { codeOf, messageOf } from "./cause";
import type { StoredWebhook } from "./model";

const VERSION = 1;
/** Why a file can't be replaced, though it may be possible to write into it. */
const NOT_REPLACEABLE = ["EBUSY", "EACCES", "EPERM", "EROFS", "EXDEV", "EISDIR", "ERR_FS_EISDIR", "EEXIST"];

/**
 * The webhooks in the file; none when there is no file yet, or an empty one.
 * @throws Error saying what is wrong with the file and what to do.
 */
export function readDataFile(file: string): StoredWebhook[] {
  if (!existsSync(file)) {
    return [];
  }
  const refuse = (why: string) =>
    new Error(`Failed to read the data file "${file}": ${why}. Correct it, or move it away to start empty.`);
  let content: unknown;
  try {
    const text = readFileSync(file, "utf8");
    // As `touch` makes it, so that a container has a file to mount.
    if (text.trim() === "") {
      return [];
    }
    content = JSON.parse(text);
  } catch (error) {
    throw refuse(messageOf(error));
  }
  if (!isRecord(content) || content.version !== VERSION || !Array.isArray(content.webhooks)) {
    throw refuse(`it isn't a data file of version ${VERSION}`);
  }
  return content.webhooks.map((webhook: unknown, index) => {
    if (!isStoredWebhook(webhook)) {
      throw refuse(`entry ${index} of "webhooks" isn't a webhook`);
    }
    return webhook;
  });
}

/**
 * Writes the webhooks so that the file holds, at any moment, either all of the old or all of the new. A file that
 * can't be replaced, such as one that is mounted by itself, is overwritten in one go.
 * @throws Error saying why that isn't possible; then the file is as it was.
 */
export function writeDataFile(file: string, webhooks: readonly StoredWebhook[]): void {
  const content = `${JSON.stringify({ version: VERSION, webhooks }, null, 2)}\n`;
  try {
    const target = followLinks(file);
    mkdirSync(dirname(target), { recursive: true });
    if (!replaceFile(target, content)) {
      overwriteFile(target, content);
    }
  } catch (cause) {
    const advice = "Make it writable, or start from it with --seed-file, which changes no file.";
    const message = `Failed to write the data file "${file}": ${messageOf(cause)}. ${advice}`;
    throw new Error(message, { cause });
  }
}

/** Where a chain of symbolic links leads, whether there is a file or not. */
function followLinks(file: string): string {
  for (let target = file, links = 0; ; links++) {
    const isLink = lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    if (!isLink) {
      return target;
    }
    if (links === 40) {
      throw new Error("its symbolic links lead in a circle");
    }
    target = resolve(dirname(target), readlinkSync(target));
  }
}

/** Puts a new file in the place of the old one; says whether that is possible here. */
function replaceFile(file: string, content: string): boolean {
  const temporary = `${file}.tmp`;
  try {
    rmSync(temporary, { force: true });
    // A new file, so that nothing is written through a link that another user planted. Only for the user's own eyes: it
    // holds the webhooks' secrets.
    writeThrough(openSync(temporary, "wx", 0o600), content);
    renameSync(temporary, file);
    return true;
  } catch (error) {
    removeIfPossible(temporary);
    if (NOT_REPLACEABLE.includes(String(codeOf(error)))) {
      return false;
    }
    throw error;
  }
}

/** A file that can't be removed stays; why it was in the way is the error that counts. */
function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    if (!NOT_REPLACEABLE.includes(String(codeOf(error)))) {
      throw error;
    }
  }
}

/**
 * Writes over the old content in one go, and cuts off the rest. What is shorter is padded first: the file is valid
 * at the end of each step, so that a process that is killed leaves no half of it.
 */
function overwriteFile(file: string, content: string): void {
  const size = statSync(file).size;
  const descriptor = openSync(file, "r+");
  const bytes = Buffer.byteLength(content);
  writeThrough(descriptor, content + " ".repeat(Math.max(0, size - bytes)), (written) => {
    ftruncateSync(written, bytes);
  });
}

function writeThrough(descriptor: number, content: string, finish?: (descriptor: number) => void): void {
  try {
    writeFileSync(descriptor, content);
    finish?.(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStoredWebhook(value: unknown): value is StoredWebhook {
  if (!isRecord(value) || typeof value.active !== "boolean" || !Array.isArray(value.events)) {
    return false;
  }
  const texts = ["id", "workspaceId", "name", "url", "secret", "createdAt", "updatedAt"];
  return [...texts.map((name) => value[name]), ...value.events].every((text) => typeof text === "string");
}
