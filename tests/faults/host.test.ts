import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { stub } from "../../provider/src/dynamic/stub";
import { DynamicHost } from "./dynamic-door";
import { programFolder } from "./folder";
import { HostError, type Properties } from "./host";
import type { RequestFault } from "./kinds";
import { FaultPlan } from "./plan";
import { FaultyProxy } from "./proxy";
import { Random } from "./random";

const WORKSPACE_ID = DEMO_ACCOUNT.workspaceId;
const ID = "1df1ebb0-78a4-55d9-b806-15d22e391bd3";
const HOST_BYTES = 400 * 1024 * 1024;

let folder: Awaited<ReturnType<typeof programFolder>>;
let ending: (() => Promise<unknown>)[];

beforeAll(async () => {
  folder = await programFolder();
});
afterAll(async () => {
  await folder.remove();
});
beforeEach(() => {
  ending = [];
});
afterEach(async () => {
  for (const end of ending.reverse()) {
    await end();
  }
});

const webhook = (name: string, more: Properties = {}): Properties => ({
  name,
  url: `https://example.com/${name}`,
  events: ["order.status"],
  active: true,
  __provider: stub("webhook"),
  ...more,
});

async function startHost(apiUrl: string, more: Properties = {}): Promise<DynamicHost> {
  const host = await DynamicHost.start(folder.path, {
    "up42:username": DEMO_ACCOUNT.username,
    "up42:password": DEMO_ACCOUNT.password,
    "up42:workspaceId": WORKSPACE_ID,
    "up42:apiUrl": apiUrl,
    "up42:timeoutSeconds": "8",
    ...more,
  });
  ending.push(async () => await host.process.kill());
  return host;
}

async function startUp42(tokenLifetimeSeconds = 300): Promise<Emulator> {
  const emulator = await startEmulator({ tokenLifetimeSeconds });
  ending.push(async () => await emulator.close());
  return emulator;
}

const create = async (host: DynamicHost, inputs: Properties) =>
  await host.create(await host.check({}, inputs));
const tokenRequests = (emulator: Emulator) =>
  emulator.requests.filter(({ path }) => path.endsWith("/token")).length;
const message = async (work: Promise<unknown>): Promise<string> => {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof HostError) {
    return outcome.message;
  }
  throw new Error(`expected an error of the host, got ${String(outcome)}`);
};

/** Loses one answer in five to a create, and nothing else. */
class LostCreates extends FaultPlan {
  override faultFor({ method, path }: { method: string; path: string }): RequestFault | undefined {
    const isCreate = method === "POST" && path.endsWith("/webhooks");
    return isCreate && this.random.chance(0.2) ? "answer lost after the commit" : undefined;
  }

  override resetsOnAccept(): boolean {
    return false;
  }
}

test("a hundred webhooks created side by side, while a fifth of the answers is lost, are exactly a hundred", async () => {
  const emulator = await startUp42();
  const proxy = await FaultyProxy.start({ target: emulator.url, attemptMs: 2_000 });
  ending.push(async () => await proxy.close());
  proxy.plan = new LostCreates(new Random(1), 0.2);
  const host = await startHost(proxy.url);
  const names = Array.from({ length: 100 }, (_, index) => `webhook-${index}`);
  const created = await Promise.all(
    // The secret proves which webhook is whose.
    names.map(async (name) => await create(host, { ...webhook(name), secret: `secret of ${name}` })),
  );
  expect(proxy.faults.length).toBeGreaterThan(5);
  expect(
    emulator
      .webhooks()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(created.map(({ id }) => id).sort());
  expect(new Set(created.map(({ id }) => id)).size).toBe(100);
});

describe("tokens", () => {
  test("that expire in the middle of a hundred creates cost one more request", async () => {
    const emulator = await startUp42();
    const host = await startHost(emulator.url);
    const inputs = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => await host.check({}, webhook(`webhook-${index}`))),
    );
    const createAll = async (some: typeof inputs) =>
      await Promise.all(some.map(async (one) => await host.create(one)));
    await createAll(inputs.slice(0, 30));
    emulator.revokeTokens();
    // All of these have the token that is not good any more, at once.
    await createAll(inputs.slice(30));
    expect(emulator.webhooks()).toHaveLength(100);
    expect(tokenRequests(emulator)).toBe(2);
  });

  test("are requested once with wrong credentials, however many resources there are", async () => {
    const emulator = await startUp42();
    const host = await startHost(emulator.url, { "up42:password": "canary-wrong" });
    const names = Array.from({ length: 20 }, (_, index) => `webhook-${index}`);
    const errors = await Promise.all(names.map(async (name) => await message(create(host, webhook(name)))));
    // Each names its own resource, and all have the one cause.
    expect(errors.map((error, index) => error.includes(`"webhook-${index}"`))).toEqual(names.map(() => true));
    expect(errors[0]).toMatch(/refused the username and password at http.* \(HTTP 401/);
    expect(errors[0]).not.toContain("canary");
    expect(tokenRequests(emulator)).toBe(1);
    expect(emulator.webhooks()).toEqual([]);
  });
});

describe("after a crash between UP42's commit and Pulumi's record", () => {
  async function leftOver() {
    const emulator = await startUp42();
    const before = await startHost(emulator.url);
    const { id } = await create(before, webhook("alerts"));
    await before.process.kill();
    return { emulator, id, host: await startHost(emulator.url) };
  }

  test("the next up stops, with the id and the ways out", async () => {
    const { emulator, id, host } = await leftOver();
    const error = await message(create(host, webhook("alerts")));
    expect(error).toContain(id);
    expect(error).toMatch(/ifExists: "adopt".*pulumi-up42 import.*ifExists: "create"/);
    expect(emulator.webhooks().map((one) => one.id)).toEqual([id]);
  });

  test("it goes straight through with adopt", async () => {
    const { emulator, id, host } = await leftOver();
    expect((await create(host, webhook("alerts", { ifExists: "adopt", active: false }))).id).toBe(id);
    expect(emulator.webhooks()).toEqual([expect.objectContaining({ id, active: false })]);
  });

  test("it makes a second one with create", async () => {
    const { emulator, id, host } = await leftOver();
    expect((await create(host, webhook("alerts", { ifExists: "create" }))).id).not.toBe(id);
    expect(emulator.webhooks()).toHaveLength(2);
  });
});

describe("bad data", () => {
  const good = { data: { ...webhook("alerts"), id: ID, createdAt: "a", updatedAt: "b" } };

  /** A server that logs in, lists nothing, and answers the rest with the listener. */
  async function startBad(
    listener: RequestListener,
    list: RequestListener = (_request, response) => response.end('{"data":[]}'),
  ) {
    const server: Server = createServer((request, response) => {
      response.setHeader("content-type", "application/json");
      request.resume();
      if (request.url?.endsWith("/token")) {
        response.end('{"access_token":"token","expires_in":300}');
      } else if (request.url?.endsWith("/events")) {
        response.end('{"data":[{"name":"order.status"}]}');
      } else if (request.method === "GET" && request.url?.endsWith("/webhooks")) {
        list(request, response);
      } else {
        listener(request, response);
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ending.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const quick = { "up42:timeoutSeconds": "2", "up42:maxRetries": "1" };
  const state = { ...webhook("alerts"), workspaceId: WORKSPACE_ID, createdAt: "a", updatedAt: "b" };
  const read = async (listener: RequestListener) =>
    await message((await startHost(await startBad(listener), quick)).read(ID, state));

  test.each([
    ["no JSON", "nonsense", /is not JSON/],
    [
      "a webhook without an id",
      JSON.stringify({ data: { ...good.data, id: undefined } }),
      /"data.id" should be/,
    ],
    ["another webhook", JSON.stringify({ data: { ...good.data, id: "other" } }), /another webhook \(other\)/],
  ])("%s is a clear error for a read", async (_case, body, reason) => {
    expect(await read((_request, response) => response.end(body))).toMatch(reason);
  });

  test.each(["nonsense", JSON.stringify({ data: { ...good.data, id: "" } })])(
    "%s for a create records nothing, and says what may exist",
    async (body) => {
      const host = await startHost(await startBad((_request, response) => response.end(body)), quick);
      expect(await message(create(host, webhook("alerts")))).toMatch(
        /answer was lost.*Nothing was recorded.*A webhook with URL https:\/\/example.com\/alerts may exist/,
      );
    },
  );

  test("a 50 MB error page is cut, and does not fill the memory", async () => {
    const url = await startBad((_request, response) => {
      response.writeHead(400, { "content-type": "text/html" });
      const chunk = Buffer.alloc(1024 * 1024, "x");
      for (let count = 0; count < 50; count += 1) {
        response.write(chunk);
      }
      response.end();
    });
    const host = await startHost(url, quick);
    expect((await message(host.read(ID, state))).length).toBeLessThan(2_000);
    expect(await peakMemory(host.process.pid)).toBeLessThan(HOST_BYTES);
  });

  test("an endless answer ends", async () => {
    const url = await startBad((_request, response) => {
      const chunk = Buffer.alloc(256 * 1024, " ");
      const endless = new Readable({ read: () => void endless.push(chunk) });
      endless.pipe(response);
    });
    const host = await startHost(url, quick);
    expect(await message(host.read(ID, state))).toMatch(/larger than|not answered within/);
    expect(await peakMemory(host.process.pid)).toBeLessThan(HOST_BYTES);
  });

  test("a list of a million webhooks is refused in plain words", async () => {
    const one = JSON.stringify(good.data);
    let lists = 0;
    const url = await startBad(
      (_request, response) => response.end(JSON.stringify(good)),
      (_request, response) => {
        lists += 1;
        let left = 1_000_000;
        response.write(`{"data":[${one}`);
        const write = () => {
          while (!response.destroyed && left > 0 && response.write(`,${one}`.repeat(1000))) {
            left -= 1000;
          }
          if (!response.destroyed && left > 0) {
            response.once("drain", write);
          } else {
            response.end("]}");
          }
        };
        write();
      },
    );
    const host = await startHost(url, { "up42:timeoutSeconds": "60" });
    expect(await message(create(host, webhook("alerts")))).toMatch(/larger than 32 MiB\. /);
    expect(lists).toBe(1);
    expect(await peakMemory(host.process.pid)).toBeLessThan(HOST_BYTES);
  });
});

/** The kernel keeps the peak of a process. */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
}
