import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const HEARTBEAT_MS = 5_000;
const ABANDONED_AFTER_MS = 60_000;
const POLL_MS = 250;

/**
 * Runs an action while holding a lock file, so that only one process at a time does it. A lock whose holder died
 * is taken over: at once when the holder ran on this machine, else when its heartbeat has been missing for a minute.
 *
 * @template T
 * @param {string} file the lock file; its folder is created when missing
 * @param {() => Promise<T>} action
 * @param {() => void} [onWait] called once when another process holds the lock
 * @returns {Promise<T>} what the action returned
 */
export async function withLock(file, action, onWait = () => undefined) {
  const content = JSON.stringify({ pid: process.pid, host: hostname(), nonce: randomUUID() });
  await mkdir(dirname(file), { recursive: true });
  for (let waited = false; !(await acquire(file, content)); waited = true) {
    if (!waited) onWait();
    await delay(POLL_MS);
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    if ((await readIfThere(file)) === content) await rm(file, { force: true });
  }
}

/**
 * Removes what holders of a lock left behind that were killed. Only for the holder of the lock.
 *
 * @param {string} prefix how the paths of their temporary folders begin; the folder around them has to be there
 */
export async function removeLeftovers(prefix) {
  const folder = dirname(prefix);
  const names = (await readdir(folder)).filter((name) => name.startsWith(basename(prefix)));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/**
 * @param {string} file
 * @param {string} content
 */
async function acquire(file, content) {
  if (await createExclusively(file, content)) return true;
  const held = await readIfThere(file);
  if (held === undefined || !(await isAbandoned(file, held))) return false;
  return takeOver(file, held, content);
}

/**
 * Replaces an abandoned lock. The claim is named after the abandoned lock, and only who holds the claim may replace
 * that very lock: two processes that both saw it abandoned cannot both win.
 *
 * @param {string} file
 * @param {string} abandoned
 * @param {string} content
 */
async function takeOver(file, abandoned, content) {
  const claim = `${file}.${holderOf(abandoned)?.nonce ?? "unreadable"}`;
  if (!(await createExclusively(claim, content))) return false;
  try {
    if ((await readIfThere(file)) !== abandoned) return false;
    const next = `${file}.${randomUUID()}`;
    await writeFile(next, content);
    await rename(next, file);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

/**
 * @param {string} file
 * @param {string} held
 */
async function isAbandoned(file, held) {
  const holder = holderOf(held);
  if (holder?.host === hostname() && !isRunning(holder.pid)) return true;
  const stats = await stat(file).catch(ignoreMissing);
  return stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_AFTER_MS;
}

/**
 * @param {string} content
 * @returns {{ pid: number, host: string, nonce: string } | undefined} nothing when it is not, or not yet, readable
 */
function holderOf(content) {
  try {
    const { pid, host, nonce } = JSON.parse(content);
    const isValid = Number.isInteger(pid) && typeof host === "string" && /^[\w-]+$/.test(nonce);
    return isValid ? { pid, host, nonce } : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return errorCode(error) === "EPERM";
  }
}

/**
 * @param {string} file
 * @param {string} content
 */
async function createExclusively(file, content) {
  try {
    await writeFile(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} file */
function readIfThere(file) {
  return readFile(file, "utf8").catch(ignoreMissing);
}

/** @param {string} file */
function touch(file) {
  const now = new Date();
  return utimes(file, now, now).catch(ignoreMissing);
}

/**
 * @param {unknown} error
 * @returns {undefined}
 */
function ignoreMissing(error) {
  if (errorCode(error) !== "ENOENT") throw error;
  return undefined;
}

/** @param {unknown} error */
function errorCode(error) {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
