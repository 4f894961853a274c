import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { buffer } from "node:stream/consumers";
import { serve } from "@hono/node-server";
import { type ApiGatewayEvent, createMemoryReplayStore, type Notification } from "pulumi-up42/receiver";
import { DEMO_ACCOUNT, type Delivery, type Emulator, startEmulator } from "up42-emulator";
import { createHandler } from "../../examples/receivers/src/aws-lambda";
import { createReceiver as createExpressReceiver } from "../../examples/receivers/src/express";
import { createReceiver as createFastifyReceiver } from "../../examples/receivers/src/fastify";
import { createReceiver as createNodeReceiver } from "../../examples/receivers/src/node-http";
import worker, { createReceiver as createWebReceiver } from "../../examples/receivers/src/web";
import { sign } from "./sign";
import { JOB_STATUS, SECRET } from "./support";

type OnNotification = (notification: Notification) => void;
type Start = (secret: string, onNotification: OnNotification) => Promise<Running>;

interface Running {
  readonly url: string;
  close(): Promise<void>;
}

interface TestResult {
  testsRun: number;
  testsSucceeded: number;
  testsFailed: number;
  tests: { response: string }[];
}

const SERVERS: [string, Start][] = [
  ["node:http", (secret, onNotification) => listen(createNodeReceiver(secret, onNotification))],
  [
    "Express",
    (secret, onNotification) => listen(createServer(createExpressReceiver(secret, onNotification))),
  ],
  ["Fastify", startFastify],
  ["web-standard requests", startWeb],
];

const EXAMPLES: [string, Start][] = [
  ...SERVERS,
  ["AWS Lambda behind a function URL", (secret, on) => listen(lambda(secret, on, functionUrlEvent))],
  ["AWS Lambda behind a REST API", (secret, on) => listen(lambda(secret, on, restApiEvent))],
];

let emulator: Emulator;
let authorization: Record<string, string>;

beforeAll(async () => {
  emulator = await startEmulator();
  authorization = await logIn();
});

afterAll(() => emulator.close());

// The examples report what they refuse.
beforeEach(() => jest.spyOn(console, "error").mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

describe.each(EXAMPLES)("the example for %s", (_, start) => {
  test("verifies the notifications that a webhook's test sends", async () => {
    const received: Notification[] = [];
    const result = await withReceiver(
      start,
      SECRET,
      (receiver) => testWebhook(receiver.url, SECRET),
      received,
    );

    expect(result).toMatchObject({ testsRun: 2, testsSucceeded: 2, testsFailed: 0 });
    expect(received.map(({ event, liveMode }) => [event, liveMode]).sort()).toEqual([
      ["job.status", false],
      ["order.status", false],
    ]);
  });

  test.each([
    ["another secret", "another-secret"],
    ["no secret", ""],
  ])("refuses those of a webhook with %s", async (__, secret) => {
    const received: Notification[] = [];
    const result = await withReceiver(
      start,
      SECRET,
      (receiver) => testWebhook(receiver.url, secret),
      received,
    );

    expect(result).toMatchObject({ testsRun: 2, testsSucceeded: 0, testsFailed: 2 });
    for (const { response } of result.tests) {
      expect(response).toContain("401");
    }
    expect(received).toEqual([]);
  });

  test("says why it refuses, by a code", async () => {
    const answers = await withReceiver(start, SECRET, async ({ url }) => [
      await post(url, request("another-secret")),
      await post(url, { ...request(SECRET), body: "{}" }),
      await post(url, request(SECRET, "{}")),
      await post(url, { headers: {}, body: "{}" }),
    ]);
    expect(answers).toEqual([
      { status: 401, body: '{"code":"signature_mismatch"}' },
      { status: 401, body: '{"code":"digest_mismatch"}' },
      { status: 400, body: '{"code":"unexpected_body"}' },
      { status: 401, body: '{"code":"missing_signature_input"}' },
    ]);
    // A line for each, without a stack trace.
    for (const logged of jest.mocked(console.error).mock.calls.flat()) {
      expect(logged).toEqual(expect.stringMatching(/^[^\n]+$/));
    }
  });

  test("verifies a body of any type and of text beyond ASCII, sent in pieces", async () => {
    const received: Notification[] = [];
    const types = [
      "application/json",
      "application/json; charset=utf-8",
      "text/plain",
      "application/octet-stream",
    ];
    const send = async (url: string, type: string) => {
      const notification = { ...JOB_STATUS, messageId: type, place: "Zürich 🛰" };
      const { headers, body } = request(SECRET, JSON.stringify(notification));
      return await post(url, { headers: { ...headers, "content-type": type }, body: inPieces(body) });
    };
    const statuses = await withReceiver(
      start,
      SECRET,
      async ({ url }) => await Promise.all(types.map(async (type) => (await send(url, type)).status)),
      received,
    );
    expect(statuses).toEqual([204, 204, 204, 204]);
    expect(received.map(({ place }) => place)).toEqual(types.map(() => "Zürich 🛰"));
  });

  test("answers 500 if it has no secret", async () => {
    const answer = await withReceiver(start, "", ({ url }) => post(url, request(SECRET)));
    expect(answer).toEqual({ status: 500, body: '{"code":"no_secret"}' });
  });

  test("answers 500, and not what went wrong, if handling fails", async () => {
    const fail = () => {
      throw new Error("the database at 10.0.0.1 is away");
    };
    const receiver = await start(SECRET, fail);
    try {
      expect(await post(receiver.url, request(SECRET))).toEqual({
        status: 500,
        body: '{"code":"not_handled"}',
      });
    } finally {
      await receiver.close();
    }
  });
});

test.each(SERVERS)("the example for %s refuses a body beyond 1 MiB", async (_, start) => {
  const answer = await withReceiver(start, SECRET, ({ url }) =>
    post(url, { headers: {}, body: "x".repeat(1024 * 1024 + 1) }),
  );
  expect(answer.status).toBe(413);
});

test("the example for AWS Lambda handles a notification once", async () => {
  const received: Notification[] = [];
  const handler = createHandler(SECRET, createMemoryReplayStore(), (notification) => {
    received.push(notification);
  });
  const event = request(SECRET);
  expect(await handler(event)).toEqual({ statusCode: 204 });
  expect(await handler(event)).toEqual({ statusCode: 204 });
  expect(received).toHaveLength(1);
});

test.each(EXAMPLES)(
  "the example for %s gets a notification again whose answer was lost",
  async (name, start) => {
    const received: Notification[] = [];
    const deliveries = await withReceiver(start, SECRET, ({ url }) => notifyTwice(url), received);
    expect(deliveries).toMatchObject([
      { state: "delivered", attempts: [{ response: null }, { response: {} }] },
    ]);
    // It is the same message. Only the example with a replay store knows it again.
    const handled = name.startsWith("AWS Lambda") ? 1 : 2;
    expect(received.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: handled }, () => deliveries[0]?.notification.messageId),
    );
  },
);

test("the example for AWS Lambda lets UP42 send again what another instance handles", async () => {
  const store = createMemoryReplayStore();
  await store.claim(JOB_STATUS.messageId, "another instance", 60);
  const handler = createHandler(SECRET, store, () => undefined);
  expect(await handler(request(SECRET))).toEqual({
    statusCode: 503,
    headers: { "content-type": "application/json", "retry-after": "10" },
    body: '{"code":"still_running"}',
  });
});

test("the example for web-standard requests is a Cloudflare Worker", async () => {
  const log = jest.spyOn(console, "log").mockImplementation(() => undefined);
  const signed = () => new Request("https://worker.example/", { method: "POST", ...request(SECRET) });
  const answers = [
    await worker.fetch(signed(), { UP42_WEBHOOK_SECRET: SECRET }),
    await worker.fetch(signed(), {}),
  ];
  expect(answers.map(({ status }) => status)).toEqual([204, 500]);
  expect(log.mock.calls).toEqual([["job.status", JOB_STATUS.body]]);
});

async function withReceiver<Result>(
  start: Start,
  secret: string,
  use: (receiver: Running) => Promise<Result>,
  received: Notification[] = [],
): Promise<Result> {
  const receiver = await start(secret, (notification) => {
    received.push(notification);
  });
  try {
    return await use(receiver);
  } finally {
    await receiver.close();
  }
}

async function listen(server: Server): Promise<Running> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("The receiver has no port.");
  }
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${address.port}/`, close };
}

async function startFastify(secret: string, onNotification: OnNotification): Promise<Running> {
  const app = createFastifyReceiver(secret, onNotification);
  app.log.level = "silent";
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return { url: `${url}/`, close: () => app.close() };
}

/** What runtimes with web-standard requests do. */
async function startWeb(secret: string, onNotification: OnNotification): Promise<Running> {
  const server = serve({ fetch: createWebReceiver(secret, onNotification), port: 0, hostname: "127.0.0.1" });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("The receiver has no port.");
  }
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    await closed;
  };
  return { url: `http://127.0.0.1:${address.port}/`, close };
}

/** What AWS does: turns requests into events, and what the handler gives into answers. */
function lambda(
  secret: string,
  onNotification: OnNotification,
  toEvent: (request: IncomingMessage, body: Buffer) => ApiGatewayEvent,
): Server {
  const handler = createHandler(secret, createMemoryReplayStore(), onNotification);
  return createServer(async (incoming, response) => {
    const { statusCode, headers, body } = await handler(toEvent(incoming, await buffer(incoming)));
    response.writeHead(statusCode, headers).end(body);
  });
}

/** The payload format 2.0: lower-case names, lines joined, the body in base64. */
function functionUrlEvent({ headersDistinct }: IncomingMessage, body: Buffer): ApiGatewayEvent {
  const headers = Object.entries(headersDistinct).map(([name, lines]) => [name, lines?.join(",")]);
  return { headers: Object.fromEntries(headers), body: body.toString("base64"), isBase64Encoded: true };
}

/** The payload format 1.0: names as sent, each line, the body as text. */
function restApiEvent({ headersDistinct }: IncomingMessage, body: Buffer): ApiGatewayEvent {
  const named = Object.entries(headersDistinct).map(([name, lines]) => [name.toUpperCase(), lines] as const);
  return {
    headers: Object.fromEntries(named.map(([name, lines]) => [name, lines?.at(-1)])),
    multiValueHeaders: Object.fromEntries(named),
    body: body.toString("utf8"),
    isBase64Encoded: false,
  };
}

function request(secret: string, body = JSON.stringify(JOB_STATUS)) {
  return sign({ secret, body, digest: "digest", created: Math.floor(Date.now() / 1000) });
}

async function post(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string | ReadableStream },
): Promise<{ status: number; body: string }> {
  const stream = typeof body === "string" ? {} : { duplex: "half" as const };
  const answer = await fetch(url, { method: "POST", headers, body, ...stream });
  return { status: answer.status, body: await answer.text() };
}

/** A body of unknown length, which is sent chunked, and cut within characters. */
function inPieces(text: string): ReadableStream {
  const bytes = Buffer.from(text);
  return new ReadableStream({
    start(controller) {
      for (let from = 0; from < bytes.length; from += 5) {
        controller.enqueue(bytes.subarray(from, from + 5));
      }
      controller.close();
    },
  });
}

async function logIn(): Promise<Record<string, string>> {
  const { username, password } = DEMO_ACCOUNT;
  const answer = await fetch(`${emulator.url}/realms/public/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", client_id: "up42-api", username, password }),
  });
  const { access_token: token }: { access_token: string } = JSON.parse(await answer.text());
  return { authorization: `Bearer ${token}` };
}

/** Creates a webhook in the emulator, has it tested, and gives the result. */
async function testWebhook(url: string, secret: string): Promise<TestResult> {
  const webhooks = `${emulator.url}/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;
  const { id } = await call(webhooks, {
    name: "receiver",
    url,
    events: ["job.status", "order.status"],
    secret,
  });
  return await call(`${webhooks}/${id}/tests`, {});
}

/** Has an emulator notify a receiver, whose first answer doesn't get through. */
async function notifyTwice(url: string): Promise<Delivery[]> {
  const webhook = { name: "receiver", url, events: ["order.status"], secret: SECRET, active: true };
  const own = await startEmulator({ webhooks: [webhook], retryDelayMs: 1 });
  try {
    own.inject({ operation: "notify", lostAnswer: true });
    return await own.trigger({ event: "order.status", status: "FULFILLED" });
  } finally {
    await own.close();
  }
}

async function call(url: string, body: unknown) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...authorization, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  }
  return JSON.parse(await answer.text()).data;
}
