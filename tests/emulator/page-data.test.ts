import { type Emulator, type RecordedRequest, startEmulator } from "../../emulator/src";
import { toLoggedRequest } from "../../emulator/src/request-log";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { at, createWebhook, login, send } from "./client";

let emulator: Emulator;
let receiver: TestReceiver;
beforeEach(async () => {
  receiver = await startReceiver();
  emulator = await startEmulator({ retries: 1, retryDelayMs: 600_000 });
});
afterEach(async () => {
  await emulator.close();
  await receiver.close();
});

test("what a client has already is not sent again, until it changes", async () => {
  await createWebhook(emulator, { url: receiver.url, active: true });
  const first = await send(emulator, "GET", "/_emulator/deliveries");
  const tag = first.headers.get("etag") ?? "";
  expect(tag).toMatch(/^"\S+"$/);
  const headers = { "if-none-match": tag };
  expect(await send(emulator, "GET", "/_emulator/deliveries", { headers })).toMatchObject({
    status: 304,
    body: undefined,
  });
  await emulator.trigger({ event: "job.status" });
  const second = await send(emulator, "GET", "/_emulator/deliveries", { headers });
  expect(second).toMatchObject({ status: 200, body: { data: [{ state: "delivered" }] } });
  expect(second.headers.get("etag")).not.toBe(tag);
});

test("a test of a webhook sends each of its events once, whether it is active or not", async () => {
  receiver.answer(500);
  await createWebhook(emulator, { url: receiver.url, events: ["job.status, order.status", "job.status"] });
  const id = emulator.webhooks()[0]?.id;
  const reply = await send(emulator, "POST", `/_emulator/webhooks/${id}/test`, { body: {} });
  expect(reply).toMatchObject({
    status: 202,
    body: { data: [{ notification: { event: "job.status" } }, { notification: { event: "order.status" } }] },
  });
  await receiver.received(2);
  expect(receiver.requests.map(({ body }) => at(JSON.parse(body), "liveMode"))).toEqual([false, false]);
  expect(emulator.deliveries().map(({ maxAttempts }) => maxAttempts)).toEqual([1, 1]);
  expect(await send(emulator, "POST", "/_emulator/webhooks/x/test", { body: {} })).toMatchObject({
    status: 404,
    body: { error: { message: "There is no webhook x." } },
  });
  expect((await send(emulator, "GET", `/_emulator/webhooks/${id}/test`)).status).toBe(405);
});

test("a delivery says what the receiver's headers were, and when its next attempt is", async () => {
  receiver.answer({ status: 500, body: "out of order" });
  await createWebhook(emulator, { url: receiver.url, active: true });
  const before = Date.now();
  await send(emulator, "POST", "/_emulator/trigger", { body: { event: "job.status" } });
  const waiting = await waitFor(() =>
    emulator.deliveries().find(({ nextAttemptAt }) => nextAttemptAt !== null),
  );
  expect(waiting).toMatchObject({
    state: "pending",
    maxAttempts: 2,
    attempts: [{ response: { status: 500, headers: { "content-type": "text/plain" } } }],
  });
  const next = Date.parse(waiting.nextAttemptAt ?? "");
  expect(next).toBeGreaterThanOrEqual(before + 600_000);
  expect(next).toBeLessThanOrEqual(Date.now() + 600_000);
});

test("requests are listed newest first, each with an id of its own, those of the page left out", async () => {
  await createWebhook(emulator, { url: receiver.url });
  await send(emulator, "GET", "/nowhere?secret=QWZTFnMEXhqZKNmu&page=2", { headers: await login(emulator) });
  const { body } = await send(emulator, "GET", "/_emulator/requests");
  expect(body).toMatchObject({
    data: [
      { method: "GET", path: "/nowhere", query: "secret=[hidden]&page=2", status: 404, error: /There is no/ },
      { method: "POST", path: expect.stringContaining("/token"), status: 200 },
      { method: "POST", path: expect.stringContaining("/webhooks"), status: 200 },
      { method: "POST", path: expect.stringContaining("/token"), status: 200 },
    ].map(({ error, ...rest }) => ({ ...rest, ...(error ? { error: expect.stringMatching(error) } : {}) })),
  });
  const ids = [0, 1, 2, 3].map((index) => at(body, "data", index, "id"));
  expect(new Set(ids).size).toBe(4);
});

describe("of a request, the log hides", () => {
  const request: RecordedRequest = {
    id: "1",
    method: "POST",
    path: "/",
    headers: {},
    body: undefined,
    status: 400,
    at: "2026-01-01T00:00:00.000Z",
    durationMs: 1,
  };
  const form = { "content-type": "application/x-www-form-urlencoded" };

  test.each([
    [
      "a token",
      { headers: { authorization: "Bearer canary" } },
      { headers: { authorization: "Bearer [hidden]" } },
    ],
    [
      "a project's key",
      { headers: { authorization: "Basic canary" } },
      { headers: { authorization: "Basic [hidden]" } },
    ],
    [
      "other credentials",
      { headers: { authorization: "canary" } },
      { headers: { authorization: "[hidden]" } },
    ],
    ["cookies", { headers: { cookie: "canary" } }, { headers: { cookie: "[hidden]" } }],
    [
      "a webhook's secret",
      { body: { name: "a", secret: "canary" } },
      { body: '{\n  "name": "a",\n  "secret": "[hidden]"\n}' },
    ],
    [
      "a secret of another type",
      { body: { a: [{ secret: ["canary"] }] } },
      { body: expect.stringContaining("[hidden]") },
    ],
    [
      "a password",
      { headers: form, body: "username=a%20b&password=canary" },
      { body: "username=a%20b&password=[hidden]" },
    ],
    ["a refresh token", { headers: form, body: "refresh_token=canary" }, { body: "refresh_token=[hidden]" }],
    ["what is no form", { headers: form, body: '{"secret":"canary"}' }, { body: "[hidden]" }],
    [
      "what it can't read",
      { body: '{"secret":"canary' },
      { body: "[hidden]: 17 characters that are not JSON" },
    ],
    [
      "what an error quotes of it",
      { body: "canary", error: `The body isn't valid JSON: "canary" is not` },
      { error: "The body isn't valid JSON" },
    ],
  ])("%s", (_, changes, expected) => {
    const logged = toLoggedRequest({ ...request, ...changes });
    expect(logged).toMatchObject(expected);
    expect(JSON.stringify(logged)).not.toContain("canary");
  });

  test("nothing else", () => {
    const body = { name: "secret", secret: "", events: ["job.status"] };
    expect(toLoggedRequest({ ...request, body, headers: { accept: "*/*" } })).toEqual({
      ...request,
      headers: { accept: "*/*" },
      body: JSON.stringify(body, null, 2),
    });
    expect(toLoggedRequest(request)).toEqual({ ...request, body: null });
  });
});

/** What a function gives, once it gives something. */
async function waitFor<Value>(look: () => Value | undefined): Promise<Value> {
  for (;;) {
    const found = look();
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
