import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { build, stop } from "esbuild";
import { createClient } from "redis";
import * as v from "valibot";
import { startRedis } from "../support/redis";
import { sign } from "./sign";
import { JOB_STATUS, SECRET } from "./support";

const NOTIFICATIONS = 1000;
const MAX_DELIVERIES = 4;
const IN_FLIGHT = 40;

const Started = v.object({ name: v.string(), port: v.number() });
const DELETE_IF = `if redis.call("get", KEYS[1]) == ARGV[1] then redis.call("del", KEYS[1]) end`;

/** A process of the receiver; another one is started when it dies. */
interface Worker {
  port: number;
  process: ChildProcess;
  stop(): void;
}

let folder: string;
let server: Awaited<ReturnType<typeof startRedis>>;
let redis: ReturnType<typeof connect>;
let workers: Worker[] = [];
const connect = () => createClient({ url: server.url });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receiver-concurrency-"));
  await build({
    entryPoints: [join(__dirname, "concurrency-worker.ts")],
    outfile: join(folder, "worker.cjs"),
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "error",
  });
  server = await startRedis();
  redis = connect();
  await redis.connect();
  workers = await Promise.all([startWorker(), startWorker()]);
}, 600_000);

afterAll(async () => {
  for (const worker of workers) {
    worker.stop();
  }
  await redis?.close();
  await server?.close();
  await stop();
  await rm(folder, { recursive: true, force: true });
});

test("of 1,000 notifications, none is lost, and none handled again after its success", async () => {
  const answers = new Map<number, number>();
  const pending = new Set(Array.from({ length: NOTIFICATIONS }, () => randomUUID()));
  const all = [...pending];

  // UP42 sends again what was not answered with a 2xx status.
  const ending = new AbortController();
  const leases = endLeasesOfTheDead(ending.signal);
  while (pending.size > 0) {
    const deliveries = shuffled(
      [...pending].flatMap((id) => Array.from({ length: 1 + random(MAX_DELIVERIES) }, () => id)),
    );
    const deliverNext = async () => {
      for (let id = deliveries.pop(); id !== undefined; id = deliveries.pop()) {
        const status = await deliver(id);
        answers.set(status, (answers.get(status) ?? 0) + 1);
        if (status === 204) {
          pending.delete(id);
        }
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, deliverNext));
  }
  ending.abort();
  await leases;

  const log = (await redis.lRange("log", 0, -1)).map((line) => line.split(" "));
  const successes = log.filter(([what]) => what === "success").map(([, id]) => id);
  expect(successes.sort()).toEqual(all.sort());
  const done = new Set<string | undefined>();
  const again = log.filter(([what, id]) => {
    if (what === "success") {
      done.add(id);
    }
    return what === "start" && done.has(id);
  });
  expect(again).toEqual([]);
  // All that was to happen did: failures, hangs and crashes, and repeats of what was running.
  for (const what of ["failure", "hang", "crash"]) {
    expect(log.filter(([happened]) => happened === what).length).toBeGreaterThan(0);
  }
  expect([...answers.keys()].sort()).toEqual([0, 204, 500, 503]);
}, 1_200_000);

/** Delivers a notification to one of the processes; 0 if there is no answer. */
async function deliver(messageId: string): Promise<number> {
  await delay(random(5));
  const port = workers[random(workers.length)]?.port;
  const request = sign({
    secret: SECRET,
    body: JSON.stringify({ ...JOB_STATUS, messageId }),
    digest: "digest",
    created: Math.floor(Date.now() / 1000),
  });
  const sent = fetch(`http://127.0.0.1:${port}`, { method: "POST", ...request });
  return await sent.then(
    ({ status }) => status,
    () => 0,
  );
}

/** Leases end as time passes; here at once, for handlers that hang and for processes that Redis has seen go. */
async function endLeasesOfTheDead(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const keys = (await redis.keys("*")).filter((key) => key !== "log" && key !== "hung");
    const values = keys.length === 0 ? [] : await redis.mGet(keys);
    const hung = new Set(await redis.sMembers("hung"));
    // After the values, so that the writer of one is in the list if it lives.
    const alive = new Set((await redis.clientList()).map(({ name }) => name));
    for (const [index, key] of keys.entries()) {
      const [state, name = ""] = values[index]?.split(" ") ?? [];
      const value = values[index] ?? "";
      if (state === "running" && (hung.has(value) || !alive.has(name))) {
        await redis.eval(DELETE_IF, { keys: [key], arguments: [value] });
      }
    }
    await delay(20);
  }
}

async function startWorker(): Promise<Worker> {
  let stopped = false;
  const start = async () => {
    const child = spawn(process.execPath, [join(folder, "worker.cjs"), server.url, SECRET], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface(child.stdout), "line");
    const { port } = v.parse(Started, JSON.parse(line));
    child.once("exit", async () => {
      if (stopped) {
        return;
      }
      Object.assign(worker, await start());
      if (stopped) {
        worker.process.kill();
      }
    });
    return { port, process: child };
  };
  const worker: Worker = {
    ...(await start()),
    stop: () => {
      stopped = true;
      worker.process.kill();
    },
  };
  return worker;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((left, right) => left.order - right.order)
    .map(({ item }) => item);
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
