import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { handleOnce, NotificationError, type ReplayStore, verifyNodeRequest } from "pulumi-up42/receiver";
import { createClient } from "redis";
import { createRedisReplayStore } from "../../examples/receivers/src/replay-stores";

// One of the processes of a receiver, whose handlers fail, hang or take the whole process with them at random. What
// happens is written to the list "log" in Redis; a success in the same transaction that completes the notification.

const [url = "", secret = ""] = process.argv.slice(2);
const name = `receiver-${process.pid}`;
const redis = createClient({ url, name });
const owners = new Map<string, string>();

const inRedis = createRedisReplayStore(
  {
    set: async (key, value, options) => {
      if (value !== "done") {
        return await redis.set(key, value, options);
      }
      await redis.multi().rPush("log", `success ${key}`).set(key, value, options).exec();
      return "OK";
    },
    get: (key) => redis.get(key),
    eval: (script, options) => redis.eval(script, options),
  },
  "",
);

/** The owners' names have the process's in front, so that the test knows whose lease may end. */
const store: ReplayStore = {
  ...inRedis,
  claim: async (messageId, owner, leaseSeconds) => {
    const state = await inRedis.claim(messageId, `${name} ${owner}`, leaseSeconds);
    if (state === "new") {
      owners.set(messageId, owner);
    }
    return state;
  },
  release: (messageId, owner) => inRedis.release(messageId, `${name} ${owner}`),
};

const server = createServer(async (request, response) => {
  const hang = async (messageId: string) => {
    await redis.sAdd("hung", `running ${name} ${owners.get(messageId)}`);
    response.destroy();
    await new Promise(() => undefined);
  };
  try {
    const verified = await verifyNodeRequest(request, { secret });
    await handleOnce(verified, store, ({ messageId }) => handle(messageId, hang), { leaseSeconds: 3600 });
    response.writeHead(204).end();
  } catch (error) {
    const known = error instanceof NotificationError;
    response.writeHead(known ? error.statusCode : 500, known ? error.headers : {}).end();
  }
});

async function handle(messageId: string, hang: (messageId: string) => Promise<void>): Promise<void> {
  await redis.rPush("log", `start ${messageId}`);
  await delay(Math.random() * 10);
  const outcome = Math.random();
  if (outcome < 0.01) {
    await redis.rPush("log", `crash ${messageId}`);
    process.kill(process.pid, "SIGKILL");
  }
  if (outcome < 0.1) {
    await redis.rPush("log", `hang ${messageId}`);
    await hang(messageId);
  }
  if (outcome < 0.3) {
    await redis.rPush("log", `failure ${messageId}`);
    throw new Error("The handler fails at random.");
  }
}

redis
  .connect()
  .then(() =>
    server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ name, ...Object(server.address()) }))),
  );
