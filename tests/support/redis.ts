import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCommand } from "../../tools/process.mjs";
import { removeFolder, setUpIn } from "./folders";
import { freePorts, type Listening } from "./listen";
import { ensureProgram } from "./programs";

/** Starts a Redis of its own on a free port of 127.0.0.1, which keeps nothing on the disk. */
export async function startRedis(): Promise<Listening> {
  const names = ["redis-server", "valkey-server"];
  const binary = await ensureProgram({ title: "Redis", names, package: "redis-server" });
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-redis-"));
  return await setUpIn(folder, async () => {
    const [port] = await freePorts(1);
    const flags = `--port ${port} --bind 127.0.0.1 --appendonly no`.split(" ");
    const server = startCommand(binary, [...flags, "--save", "", "--dir", folder]);
    await server.waitForOutput(/Ready to accept connections/);
    const close = async (): Promise<void> => {
      server.kill();
      await server.result;
      await removeFolder(folder);
    };
    return { url: `redis://127.0.0.1:${port}`, close };
  });
}
