import { createHash, createHmac } from "node:crypto";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "../../emulator/src";
import { type ReceivedRequest, startReceiver, type TestReceiver } from "../support/receiver";
import { at, createWebhook, login, send } from "./client";

const MICROSECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SECRET = "QWZTFnMEXhqZKNmu";

const lines: string[] = [];
let emulator: Emulator;
let headers: { authorization: string };
let receiver: TestReceiver;

beforeAll(async () => {
  emulator = await startEmulator({
    testTimeoutSeconds: 0.4,
    retries: 2,
    retryDelayMs: 1,
    log: (line) => lines.push(line),
  });
  headers = await login(emulator);
});
afterAll(() => emulator.close());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  for (const { id, workspaceId } of emulator.webhooks()) {
    await send(emulator, "DELETE", `/workspaces/${workspaceId}/webhooks/${id}`, { headers });
  }
});

/** The signature that a request should carry, worked out from UP42's description alone. */
function expectedSignature({ headers: received }: ReceivedRequest, secret: string): string {
  const input = String(received["signature-input"]);
  const names = [...input.slice(0, input.indexOf(")")).matchAll(/"([^"]+)"/g)].map(([, name]) =>
    String(name),
  );
  const signed = names.map((name) => received[name]).join("");
  return `up42-sig=${createHmac("sha256", secret).update(signed).digest("base64")}`;
}

describe("a test", () => {
  const test_ = async (path: string, body?: unknown) =>
    await send(emulator, "POST", `${path}/tests`, { headers, body });

  test("sends a notification of each event and answers as UP42's example does", async () => {
    const url = `${receiver.url}/up42?a=b`;
    const path = await createWebhook(emulator, { url, events: ["job.status, order.status"] });
    const reply = await test_(path);
    const bodies = receiver.requests.map(({ body }) => JSON.parse(body));
    const expected = (eventName: string) => ({
      startedAt: expect.stringMatching(MICROSECONDS),
      eventName,
      success: true,
      message: "Test request was successful!",
      request: {
        headers: { caseInsensitiveName: true, empty: false },
        body: bodies.find(({ event }) => event === eventName),
      },
      response: `HttpResponse[${url}, 200 OK]`,
    });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      data: {
        startedAt: expect.stringMatching(MICROSECONDS),
        testsRun: 2,
        testsSucceeded: 2,
        testsFailed: 0,
        tests: [expected("job.status"), expected("order.status")],
      },
      error: null,
    });
    expect(receiver.requests.map(({ method, path: to }) => [method, to])).toEqual([
      ["POST", "/up42?a=b"],
      ["POST", "/up42?a=b"],
    ]);
  });

  test("sends what UP42's example shows", async () => {
    const path = await createWebhook(emulator, { url: receiver.url, events: ["job.status"] });
    await test_(path);
    expect(JSON.parse(receiver.requests[0]?.body ?? "")).toEqual({
      event: "job.status",
      liveMode: false,
      messageId: expect.stringMatching(UUID),
      timestamp: expect.stringMatching(MICROSECONDS),
      body: {
        jobId: "FB0DA199-01DF-4635-910D-A823AE7DC200",
        status: "PENDING",
        tasks: [
          {
            id: "FB0DA199-01DF-4635-910D-A823AE7DC201",
            status: "NOT_STARTED",
            startedAt: null,
            finishedAt: null,
          },
        ],
        startedAt: "2021-12-21T10:14:27Z",
        finishedAt: null,
      },
    });
  });

  test("signs it, the digest of the body included", async () => {
    const path = await createWebhook(emulator, { url: receiver.url, secret: SECRET });
    const before = Math.floor(Date.now() / 1000);
    await test_(path);
    expect(receiver.requests).toHaveLength(2);
    for (const request of receiver.requests) {
      const { headers: received, body } = request;
      const input = /^up42-sig=\(("[a-z-]+"(?: "[a-z-]+")*)\);created=(\d+)$/.exec(
        String(received["signature-input"]),
      );
      expect(input?.[1]).toContain('"digest"');
      expect(Number(input?.[2])).toBeGreaterThanOrEqual(before);
      expect(Number(input?.[2])).toBeLessThanOrEqual(Date.now() / 1000);
      expect(received.digest).toBe(`SHA-256=${createHash("sha256").update(body).digest("base64")}`);
      expect(received.signature).toBe(expectedSignature(request, SECRET));
      expect(received.signature).not.toBe(expectedSignature(request, "other"));
      expect(received["content-type"]).toBe("application/json");
    }
  });

  test("doesn't sign without a secret", async () => {
    const path = await createWebhook(emulator, { url: receiver.url, secret: "" });
    await test_(path, {});
    expect(receiver.requests).toHaveLength(2);
    for (const { headers: received } of receiver.requests) {
      expect(received).not.toHaveProperty("signature");
      expect(received).not.toHaveProperty("signature-input");
    }
  });

  test.each([
    ["one event", { eventNames: ["order.status"] }, ["order.status"]],
    ["the same event twice", { eventNames: ["order.status", "order.status"] }, ["order.status"]],
    ["an empty list", { eventNames: [] }, ["job.status", "order.status"]],
    ["an empty object", {}, ["job.status", "order.status"]],
    ["an empty text", "", ["job.status", "order.status"]],
    ["a field that UP42 doesn't document", { events: ["job.status"] }, ["job.status", "order.status"]],
    ["no body", undefined, ["job.status", "order.status"]],
  ])("can choose events: %s", async (_, body, events) => {
    const path = await createWebhook(emulator, { url: receiver.url });
    const reply = await test_(path, body);
    expect(at(reply.body, "data", "tests")).toMatchObject(events.map((eventName) => ({ eventName })));
    expect(receiver.requests).toHaveLength(events.length);
  });

  test.each([
    ["an event that the webhook isn't subscribed to", { eventNames: ["order.status"] }],
    ["an unknown event", { eventNames: ["job.status", "x"] }],
    ["a name that isn't a string", { eventNames: [1] }],
    ["names that aren't a list", { eventNames: "job.status" }],
    ["null", "null"],
    ["broken JSON", "{"],
  ])("%s: 400, and nothing is sent", async (_, body) => {
    const path = await createWebhook(emulator, { url: receiver.url, events: ["job.status"] });
    const reply = await test_(path, body);
    expect(reply).toMatchObject({ status: 400, body: { data: null, error: { code: "BAD_REQUEST" } } });
    expect(receiver.requests).toEqual([]);
  });

  test("of a webhook that isn't there: 404", async () => {
    const path = await createWebhook(emulator, { url: receiver.url });
    await send(emulator, "DELETE", path, { headers });
    expect((await test_(path)).status).toBe(404);
  });

  const failure = async (url: string) => {
    const path = await createWebhook(emulator, { url, events: ["job.status"] });
    const reply = await test_(path);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ data: { testsRun: 1, testsSucceeded: 0, testsFailed: 1 } });
    const result = at(reply.body, "data", "tests", 0);
    expect(result).toMatchObject({ success: false, request: { body: { event: "job.status" } } });
    return { message: at(result, "message"), response: at(result, "response") };
  };

  test.each([
    [500, "500 Internal Server Error"],
    [404, "404 Not Found"],
    [302, "302 Found"],
  ])("fails when the receiver answers %d", async (status, text) => {
    receiver.answer(status);
    expect(await failure(receiver.url)).toEqual({
      message: `Test request failed: the receiver answered ${text}.`,
      response: `HttpResponse[${receiver.url}, ${text}]`,
    });
    expect(receiver.requests).toHaveLength(1);
  });

  test.each([
    ["plain text", "out of\n order.", "out of order"],
    ["a JSON message", '{"error":{"message":"out of order"}}', "out of order"],
    ["a JSON code", '{"code":"signature_mismatch"}', "signature_mismatch"],
    ["JSON without either", "[1]", "[1]"],
    [
      "an error page",
      " <!doctype html><HEAD><title>x</title><style>a { b: c }</style></HEAD><pre>out of <b>order</b></pre>",
      "out of order",
    ],
    ["a page that ends in the middle", "<html><body>out of order<scr", "out of order <scr"],
    ["a long text", "x".repeat(1000), `${"x".repeat(240)}…`],
  ])("gives the receiver's own reason in %s", async (_, body, reason) => {
    receiver.answer({ status: 401, body });
    expect(await failure(receiver.url)).toEqual({
      message: `Test request failed: ${reason}.`,
      response: `HttpResponse[${receiver.url}, 401 Unauthorized]`,
    });
  });

  test("fails when the receiver doesn't answer in time", async () => {
    receiver.answer("hang");
    const { message, response } = await failure(receiver.url);
    expect(message).toBe("Test request failed: the receiver didn't answer within 0.4 s.");
    expect(response).toBe("No response");
  });

  test("fails when the receiver breaks the connection", async () => {
    receiver.answer("reset");
    const { message } = await failure(receiver.url);
    expect(message).toMatch(/^Test request failed: (.*ECONNRESET|the receiver closed the connection).*\.$/);
  });

  test("fails when nobody is there", async () => {
    const { url } = receiver;
    await receiver.close();
    expect((await failure(url)).message).toBe(
      `Test request failed: connect ECONNREFUSED ${url.replace("http://", "")}.`,
    );
    receiver = await startReceiver();
  });

  test("is sent once, however it ends", async () => {
    receiver.answer(503);
    await failure(receiver.url);
    expect(emulator.deliveries()[0]).toMatchObject({ state: "failed", attempts: [{ error: null }] });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe("a live notification", () => {
  test("goes to the active webhooks that are subscribed, and to no others", async () => {
    const to = (path: string) => ({ url: `${receiver.url}${path}`, secret: SECRET });
    await createWebhook(emulator, { ...to("/a"), events: ["job.status, order.status"], active: true });
    await createWebhook(emulator, { ...to("/b"), events: ["order.status"], active: true });
    await createWebhook(emulator, { ...to("/inactive"), events: ["order.status"], active: false });
    await createWebhook(emulator, { ...to("/other"), events: ["job.status"], active: true });
    const deliveries = await emulator.trigger({
      event: "order.status",
      status: "FULFILLED",
      body: { orderId: "mine" },
    });
    expect(deliveries).toMatchObject([{ state: "delivered" }, { state: "delivered" }]);
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(["/a", "/b"]);
    for (const request of receiver.requests) {
      expect(JSON.parse(request.body)).toMatchObject({
        event: "order.status",
        liveMode: true,
        body: { orderId: "mine", status: "FULFILLED" },
      });
      expect(request.headers.signature).toBe(expectedSignature(request, SECRET));
    }
  });

  test("can be limited to a workspace", async () => {
    await createWebhook(emulator, { url: receiver.url, active: true });
    const elsewhere = await emulator.trigger({ event: "job.status", workspaceId: "elsewhere" });
    expect(elsewhere).toEqual([]);
    const here = await emulator.trigger({ event: "job.status", workspaceId: DEMO_ACCOUNT.workspaceId });
    expect(here).toHaveLength(1);
    expect(receiver.requests).toHaveLength(1);
  });

  test("is sent again until it is taken, with the same message", async () => {
    await createWebhook(emulator, { url: receiver.url, active: true });
    receiver.answer(500);
    const first = receiver.received(1).then(() => receiver.answer({ status: 201, body: "thanks" }));
    const [[delivery]] = await Promise.all([emulator.trigger({ event: "job.status" }), first]);
    expect(delivery).toMatchObject({ state: "delivered" });
    expect(delivery?.attempts.at(-1)?.response).toMatchObject({
      status: 201,
      statusText: "Created",
      body: "thanks",
    });
    const bodies = new Set(receiver.requests.map(({ body }) => body));
    expect([...bodies]).toEqual([delivery?.body]);
  });

  test("fails when it was never taken", async () => {
    await createWebhook(emulator, { url: receiver.url, active: true });
    receiver.answer({ status: 500, body: "out of order" });
    const [delivery] = await emulator.trigger({ event: "job.status" });
    expect(receiver.requests).toHaveLength(3);
    expect(delivery?.state).toBe("failed");
    const response = { status: 500, statusText: "Internal Server Error", body: "out of order" };
    expect(delivery?.attempts).toMatchObject([{ response }, { response }, { response }]);
  });

  test("of an event that doesn't exist is refused", async () => {
    await expect(emulator.trigger({ event: "order.statuses" })).rejects.toThrow(
      /"order.statuses" isn't one of job.status, order.status/,
    );
  });

  test("ends when the emulator stops", async () => {
    const other = await startEmulator({ retryDelayMs: 3_600_000 });
    receiver.answer(500);
    await createWebhook(other, { url: receiver.url, active: true });
    const ended = other.trigger({ event: "job.status" });
    await receiver.received(1);
    await other.close();
    expect(await ended).toMatchObject([{ state: "failed" }]);
  });
});

describe("of a receiver's answer", () => {
  test("only the beginning is kept", async () => {
    receiver.answer({ status: 200, body: "x".repeat(1_000_000) });
    await createWebhook(emulator, { url: receiver.url, active: true });
    const [delivery] = await emulator.trigger({ event: "job.status" });
    expect(delivery?.attempts[0]?.response?.body).toBe("x".repeat(16 * 1024));
    expect(delivery?.state).toBe("delivered");
  });
});

test("the log has a line for each request and notification, without secrets, tokens and queries", async () => {
  const path = await createWebhook(emulator, { url: `${receiver.url}/x?key=private`, secret: SECRET });
  await send(emulator, "POST", `${path}/tests`, { headers, body: {} });
  const seen = await send(emulator, "GET", `${path}?token=private`, { headers });
  expect(seen.status).toBe(200);
  const log = lines.join("\n");
  expect(log).toMatch(/^→ order\.status \(test\) to http:\/\/127\.0\.0\.1:\d+\/x: 200 OK, \d+ ms$/m);
  expect(log).toMatch(/^POST \S+\/tests 200 \d+ ms$/m);
  for (const secret of [SECRET, "private", headers.authorization.slice(7), DEMO_ACCOUNT.password]) {
    expect(log).not.toContain(secret);
  }
});
