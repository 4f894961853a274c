import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ensureProgram } from "./apt.mjs";

/**
 * Starts a Redis of its own on a free port of 127.0.0.1, which keeps nothing on the disk. Debian's package is installed
 * if there is no `redis-server` on `PATH`.
 *
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 * @throws {Error} saying how to get one, or what it said when it did not start
 */
export async function startRedis() {
  const binary = await ensureProgram({
    title: "Redis",
    names: ["redis-server", "valkey-server"],
    package: "redis-server",
  });
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-redis-"));
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    folder,
  ];
  const server = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  server.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  const closed = new Promise((resolve) => server.once("close", resolve));
  const close = async () => {
    server.kill();
    await closed;
    await rm(folder, { recursive: true, force: true });
  };
  while (!(await isOpen(port))) {
    if (server.exitCode !== null) {
      await close();
      throw new Error(`Failed to start ${binary}:\n${output}`);
    }
    await delay(50);
  }
  return { url: `redis://127.0.0.1:${port}`, close };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address === null || typeof address === "string"
          ? reject(new Error("There is no free port."))
          : resolve(address.port),
      );
    });
  });
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isOpen(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
