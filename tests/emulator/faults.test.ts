import { type Emulator, type Fault, startEmulator } from "../../emulator/src";
import { startReceiver } from "../support/receiver";
import { at, createWebhook, login, send, WEBHOOKS } from "./client";

const WEBHOOK = { events: ["job.status"], name: "x", url: "https://my.sample.endpoint.com/" };

let emulator: Emulator;
let headers: { authorization: string };
beforeEach(async () => {
  emulator = await startEmulator({ retries: 2, retryDelayMs: 1 });
  headers = await login(emulator);
  emulator.clearRequests();
});
afterEach(() => emulator.close());

const list = () => send(emulator, "GET", WEBHOOKS, { headers });
const create = () => send(emulator, "POST", WEBHOOKS, { headers, body: WEBHOOK });

describe("an injected fault", () => {
  test("answers the next request to its operation, without carrying it out, and no other", async () => {
    const fault = emulator.inject({ operation: "createWebhook", status: 503 });
    expect((await list()).status).toBe(200);
    expect(fault.applied).toBe(0);
    expect(await create()).toMatchObject({
      status: 503,
      body: { data: null, error: { message: "This is an injected fault." } },
    });
    expect(fault.applied).toBe(1);
    expect(emulator.webhooks()).toEqual([]);
    expect((await create()).status).toBe(200);
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 503, 200]);
    expect(emulator.requests[1]?.body).toEqual(WEBHOOK);
  });

  test("without an operation is for every request to UP42, but not for the emulator's own", async () => {
    emulator.inject({ status: 500, count: 2 });
    expect((await send(emulator, "GET", "/_emulator/webhooks")).status).toBe(200);
    const statuses = [(await list()).status, (await send(emulator, "GET", "/webhooks/events")).status];
    expect(statuses).toEqual([500, 500]);
    expect((await list()).status).toBe(200);
  });

  test("comes before the token is looked at, as a gateway's answer does", async () => {
    emulator.inject({ operation: "listWebhooks", status: 502, body: "<h1>Bad gateway</h1>" });
    const response = await fetch(`${emulator.url}${WEBHOOKS}`);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      502,
      "text/html; charset=utf-8",
    ]);
    expect(await response.text()).toBe("<h1>Bad gateway</h1>");
  });

  test("says when to come back", async () => {
    emulator.inject({
      operation: "listWebhooks",
      status: 429,
      retryAfterSeconds: 7,
      body: { message: "later" },
    });
    const reply = await list();
    expect(reply).toMatchObject({ status: 429, body: { message: "later" } });
    expect(reply.headers.get("retry-after")).toBe("7");
  });

  test("lets some requests pass, and then hits as many as it says", async () => {
    const fault = emulator.inject({ operation: "listWebhooks", status: 500, skip: 1, count: 2 });
    const statuses: number[] = [];
    for (let request = 0; request < 5; request++) {
      statuses.push((await list()).status);
    }
    expect(statuses).toEqual([200, 500, 500, 200, 200]);
    expect(fault.applied).toBe(2);
  });

  test("with the count 0 hits until it is removed", async () => {
    const fault = emulator.inject({ operation: "listWebhooks", status: 500, count: 0 });
    for (let request = 0; request < 5; request++) {
      expect((await list()).status).toBe(500);
    }
    fault.remove();
    expect((await list()).status).toBe(200);
    emulator.inject({ status: 500, count: 0 });
    emulator.clearFaults();
    expect((await list()).status).toBe(200);
  });

  test("loses the answer of what it lets happen", async () => {
    emulator.inject({ operation: "createWebhook", lostAnswer: true });
    await expect(create()).rejects.toThrow();
    expect(emulator.webhooks()).toMatchObject([{ name: "x" }]);
    expect(emulator.requests).toMatchObject([{ method: "POST", status: 0 }]);
    expect((await list()).status).toBe(200);
  });

  test("gives a wrong answer to what it lets happen", async () => {
    const path = `${WEBHOOKS}/${at((await create()).body, "data", "id")}`;
    emulator.inject({ operation: "deleteWebhook", status: 504, committed: true });
    expect((await send(emulator, "DELETE", path, { headers })).status).toBe(504);
    expect(emulator.webhooks()).toEqual([]);
    expect(emulator.requests.at(-1)?.status).toBe(504);
  });

  test("makes a request wait, and then lets it happen", async () => {
    emulator.inject({ operation: "createWebhook", delayMs: 60 });
    const from = performance.now();
    expect((await create()).status).toBe(200);
    // A timer may fire a millisecond early.
    expect(performance.now() - from).toBeGreaterThanOrEqual(58);
  });

  test("doesn't keep the emulator from closing", async () => {
    emulator.inject({ operation: "listWebhooks", delayMs: 3_600_000 });
    const waiting = list();
    while (emulator.requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await emulator.close();
    expect((await waiting).status).toBe(200);
  });
});

describe("a notification", () => {
  test("whose answer is lost is sent again with the same message", async () => {
    const receiver = await startReceiver();
    try {
      await createWebhook(emulator, { url: receiver.url, active: true });
      emulator.inject({ operation: "notify", lostAnswer: true });
      const [delivery] = await emulator.trigger({ event: "job.status" });
      expect(delivery).toMatchObject({
        state: "delivered",
        attempts: [{ response: null, error: expect.stringContaining("lost") }, { response: { status: 200 } }],
      });
      expect(new Set(receiver.requests.map(({ body }) => body)).size).toBe(1);
      expect(receiver.requests).toHaveLength(2);
    } finally {
      await receiver.close();
    }
  });
});

test.each<[object, RegExp]>([
  [{}, /needs one of delayMs, status and lostAnswer/],
  [{ operation: "makeWebhook", status: 500 }, /operation must be one of getToken, .*createWebhook/],
  [{ status: 99 }, /status must be >= 200/],
  [{ status: "500" }, /status must be integer/],
  [{ status: 500, count: -1 }, /count must be >= 0/],
  [{ status: 500, times: 2 }, /times isn't a known field/],
  [{ status: 500, lostAnswer: true }, /exclude each other/],
  [{ lostAnswer: true, committed: true }, /committed needs a status/],
  [{ operation: "notify", status: 500 }, /notification can have delayMs and lostAnswer/],
])("%j is refused, by the library and by HTTP", async (fault, message) => {
  expect(() => emulator.inject(fault)).toThrow(message);
  await expect(startEmulator({ faults: [fault] })).rejects.toThrow(message);
  const reply = await send(emulator, "POST", "/_emulator/faults", { body: fault });
  expect(reply.status).toBe(400);
  expect(at(reply.body, "error", "message")).toMatch(message);
  expect((await list()).status).toBe(200);
});

test("fields that are undefined are as good as left out", async () => {
  const fault: Fault = { operation: undefined, status: 500, count: undefined, lostAnswer: undefined };
  emulator.inject(fault);
  expect([(await list()).status, (await list()).status]).toEqual([500, 200]);
});

test("faults are injected, listed and removed by HTTP", async () => {
  const FAULTS = "/_emulator/faults";
  const body = { operation: "listWebhooks", status: 503, count: 2 };
  const injected = await send(emulator, "POST", FAULTS, { body });
  const id = at(injected.body, "data", "id");
  expect(injected).toMatchObject({ status: 201, body: { data: { ...body, applied: 0 } } });
  expect((await list()).status).toBe(503);
  expect((await send(emulator, "GET", FAULTS)).body).toEqual({
    data: [{ id, ...body, applied: 1 }],
    error: null,
  });
  expect((await send(emulator, "DELETE", `${FAULTS}/${id}`)).status).toBe(204);
  expect((await send(emulator, "DELETE", `${FAULTS}/${id}`)).status).toBe(404);
  expect((await list()).status).toBe(200);
  await send(emulator, "POST", FAULTS, { body });
  expect((await send(emulator, "DELETE", FAULTS)).status).toBe(204);
  expect((await send(emulator, "GET", FAULTS)).body).toEqual({ data: [], error: null });
});
