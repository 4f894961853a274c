import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "./cause";
import type { StoredWebhook } from "./model";

const VERSION = 1;

/**
 * The webhooks in the file; none when there is no file yet.
 * @throws Error saying what is wrong with the file and what to do.
 */
export function readDataFile(file: string): StoredWebhook[] {
  if (!existsSync(file)) return [];
  const refuse = (why: string) =>
    new Error(
      `up42-emulator: can't read the data file ${file}: ${why}. Mend it, or move it away to start empty.`,
    );
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw refuse(messageOf(error));
  }
  if (!isRecord(content) || content.version !== VERSION || !Array.isArray(content.webhooks)) {
    throw refuse(`it isn't a data file of version ${VERSION}`);
  }
  return content.webhooks.map((webhook: unknown, index) => {
    if (!isStoredWebhook(webhook)) throw refuse(`entry ${index} of "webhooks" isn't a webhook`);
    return webhook;
  });
}

/**
 * Writes the webhooks so that the file holds, at any moment, either all of the old or all of the new.
 * @throws Error saying why that isn't possible; then the file is as it was.
 */
export function writeDataFile(file: string, webhooks: readonly StoredWebhook[]): void {
  try {
    replaceFile(file, `${JSON.stringify({ version: VERSION, webhooks }, null, 2)}\n`);
  } catch (cause) {
    throw new Error(`up42-emulator: can't write the data file ${file}: ${messageOf(cause)}`, { cause });
  }
}

function replaceFile(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.tmp`;
  // Only for the user's own eyes: the file holds the webhooks' secrets.
  const descriptor = openSync(temporary, "w", 0o600);
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStoredWebhook(value: unknown): value is StoredWebhook {
  if (!isRecord(value) || typeof value.active !== "boolean" || !Array.isArray(value.events)) return false;
  const texts = ["id", "workspaceId", "name", "url", "secret", "createdAt", "updatedAt"];
  return [...texts.map((name) => value[name]), ...value.events].every((text) => typeof text === "string");
}
