import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 250;
/** Below the ports that systems give to connections. */
const [FIRST_PORT, PORTS] = [11_000, 4_000];

/**
 * Runs an action while no other process of this machine runs one for the same file. The lock is a port of 127.0.0.1:
 * the system gives it to one process, and takes it back when that process ends, however it ends.
 *
 * @template T
 * @param {string} file the path of what is guarded
 * @param {() => Promise<T>} action
 * @param {(port: number) => void} [onWait] called once when another process has the lock
 * @returns {Promise<T>} what the action returned
 */
export async function withLock(file, action, onWait = () => undefined) {
  const port = FIRST_PORT + (createHash("sha256").update(file).digest().readUInt32BE() % PORTS);
  let lock = await listenAt(port);
  if (lock === undefined) {
    onWait(port);
  }
  while (lock === undefined) {
    await delay(POLL_MS);
    lock = await listenAt(port);
  }
  try {
    return await action();
  } finally {
    lock.close();
    await once(lock, "close");
  }
}

/**
 * Removes what holders of a lock that were killed have not removed. Only for the holder of the lock.
 *
 * @param {string} prefix how the paths of their temporary folders begin; the folder around them has to be there
 */
export async function removeLeftovers(prefix) {
  const folder = dirname(prefix);
  const names = (await readdir(folder)).filter((name) => name.startsWith(basename(prefix)));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/**
 * @param {number} port
 * @returns {Promise<import("node:net").Server | undefined>} nothing when another one listens there
 */
async function listenAt(port) {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    // Not `instanceof Error`: Node.js's own errors are of another realm than Jest's.
    if (Object(error).code !== "EADDRINUSE") {
      throw error;
    }
    return undefined;
  }
}
