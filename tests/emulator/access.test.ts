import { request } from "node:http";
import { DEMO_ACCOUNT, type Emulator, type EmulatorOptions, startEmulator } from "../../emulator/src";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { at, createWebhook, login, loginForm, send, TOKEN_PATH, WEBHOOKS } from "./client";

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** Sends a request with headers that `fetch` doesn't let one choose. */
function ask(url: string, method: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    })
      .on("error", reject)
      .end(body);
  });
}

let receiver: TestReceiver;
const emulators: Emulator[] = [];
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  for (const emulator of emulators.splice(0)) {
    await emulator.close();
  }
  await receiver.close();
});

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ retries: 0, ...options });
  emulators.push(emulator);
  return emulator;
}

const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };

/** A request to every route there is, with all that makes it succeed; and some that go nowhere. */
async function everyRequest(emulator: Emulator) {
  const path = await createWebhook(emulator, { url: receiver.url, active: true });
  const [delivery] = await emulator.trigger({ event: "job.status" });
  const { id } = emulator.inject({ operation: "getUser", skip: 1_000, status: 503 });
  const token = await login(emulator);
  const content = JSON.stringify({ events: ["job.status"], name: "x", url: receiver.url });
  const all: [string, string, Record<string, string>, string?][] = [
    ["POST", TOKEN_PATH, form, loginForm().toString()],
    ["POST", "/oauth/token", form, loginForm().toString()],
    ["GET", "/realms/public/protocol/openid-connect/userinfo", token],
    ["GET", "/users/me", token],
    ["GET", `/projects/${DEMO_ACCOUNT.projectId}`, token],
    ["GET", "/webhooks/events", {}],
    ["GET", WEBHOOKS, token],
    ["HEAD", WEBHOOKS, token],
    ["POST", WEBHOOKS, { ...token, ...json }, content],
    ["GET", path, token],
    ["PUT", path, { ...token, ...json }, content],
    ["POST", `${path}/tests`, token],
    ["DELETE", path, token],
    ["PATCH", path, token],
    ["GET", "/", {}],
    ["GET", "/nothing", {}],
    ["GET", "/%ff", {}],
    ["GET", "/_emulator/openapi.yaml", {}],
    ["GET", "/_emulator/events", {}],
    ["GET", "/_emulator/webhooks", {}],
    ["GET", "/_emulator/deliveries", {}],
    ["GET", `/_emulator/deliveries/${delivery?.id}`, {}],
    ["POST", `/_emulator/deliveries/${delivery?.id}/repeat`, {}],
    ["POST", "/_emulator/trigger", json, '{"event":"job.status"}'],
    ["GET", "/_emulator/faults", {}],
    ["POST", "/_emulator/faults", json, '{"status":503}'],
    ["DELETE", `/_emulator/faults/${id}`, {}],
    ["DELETE", "/_emulator/faults", {}],
  ];
  return all;
}

test.each([
  ["host", "evil.example"],
  ["host", "evil.example:8042"],
  ["host", "127.0.0.1.evil.example"],
  ["host", "127.0.0.1:80@evil.example"],
  ["host", "192.0.2.1"],
  ["origin", "http://evil.example"],
  ["origin", "https://127.0.0.1:1"],
  ["origin", "null"],
  ["origin", "http://localhost.evil.example"],
])(
  "a foreign %s, %j, is refused on every route: no token, no change, no notification",
  async (name, value) => {
    const emulator = await start();
    const requests = await everyRequest(emulator);
    emulator.clearRequests();
    const state = () => [
      emulator.webhooks(),
      emulator.deliveries(),
      receiver.requests.length,
      emulator.requests,
    ];
    const before = state();
    for (const [method, path, headers, body] of requests) {
      const answer = await ask(`${emulator.url}${path}`, method, { ...headers, [name]: value }, body);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(answer.text).not.toMatch(/token"|s3cret/);
    }
    expect(state()).toEqual(before);
    // The fault of the requests' own is there yet.
    const { body } = await send(emulator, "GET", "/_emulator/faults");
    expect(at(body, "data")).toHaveLength(1);
  },
);

test("no foreign page gets a token, a change or a notification, whatever the route", async () => {
  const emulator = await start();
  const host = "evil.example";
  for (const [method, path, headers, body] of await everyRequest(emulator)) {
    const url = `${emulator.url}${path}`;
    const answer = await ask(url, method, { ...headers, host, origin: `http://${host}` }, body);
    expect([path, answer.status]).toEqual([path, 403]);
  }
});

test("the same requests succeed, or fail for their own reasons, without it", async () => {
  const emulator = await start();
  const statuses: (number | undefined)[] = [];
  for (const [method, path, headers, body] of await everyRequest(emulator)) {
    statuses.push((await ask(`${emulator.url}${path}`, method, headers, body)).status);
  }
  expect(statuses).not.toContain(403);
  expect(statuses.slice(0, 13)).toEqual(Array.from({ length: 13 }, (_, index) => (index === 12 ? 204 : 200)));
});

test("this machine's own names and the page's own requests are let in", async () => {
  const { url } = await start();
  const { port } = new URL(url);
  for (const host of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LOCALHOST:${port}`,
    `up42.localhost:${port}`,
    "[::1]",
  ]) {
    const answer = await ask(`${url}/webhooks/events`, "GET", { host, origin: `http://${host}` });
    expect([host, answer.status]).toEqual([host, 200]);
  }
});

test("what a browser sends to another site without asking is refused", async () => {
  const { url } = await start();
  const answer = await ask(`${url}/_emulator/trigger`, "POST", { "content-type": "text/plain" }, "{}");
  expect(answer.status).toBe(415);
});

describe("a host name of one's own", () => {
  const status = async ({ url }: Emulator, headers: Record<string, string>) =>
    (await ask(`${url}/webhooks/events`, "GET", headers)).status;

  test("is refused until it is allowed, and the answer names the option", async () => {
    const emulator = await start({ host: "0.0.0.0" });
    expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { status: refused, text } = await ask(`${emulator.url}/`, "GET", { host: "emulator:8042" });
    expect([refused, text]).toEqual([403, expect.stringContaining("--allow-host emulator")]);
    const allowing = await start({ host: "0.0.0.0", allowedHosts: ["Emulator", ".app.github.dev"] });
    for (const host of ["emulator:8042", "EMULATOR", "x-8042.app.github.dev"]) {
      expect([host, await status(allowing, { host })]).toEqual([host, 200]);
    }
    for (const host of ["emulator2", "emulator.example", "evilapp.github.dev"]) {
      expect([host, await status(allowing, { host })]).toEqual([host, 403]);
    }
  });

  test("may be an origin too, as a tunnel's that sends localhost as the host", async () => {
    const emulator = await start({ allowedHosts: [".app.github.dev"] });
    const origin = "https://x-8042.app.github.dev";
    expect(await status(emulator, { origin })).toBe(200);
    expect(await status(emulator, { origin: "https://github.dev" })).toBe(403);
  });

  test("can be any name with *, but then other sites' pages are let in as well", async () => {
    const emulator = await start({ allowedHosts: ["*"] });
    expect(await status(emulator, { host: "anything.example" })).toBe(200);
  });

  test("isn't needed for an address, where other machines are let in", async () => {
    expect(await status(await start({ host: "0.0.0.0" }), { host: "192.0.2.7:8042" })).toBe(200);
  });
});

describe("a receiver by plain http", () => {
  const create = async (emulator: Emulator, url: string) => {
    const headers = await login(emulator);
    const body = { events: ["job.status"], name: "x", url };
    return await send(emulator, "POST", WEBHOOKS, { headers, body });
  };

  test("is refused until its host is allowed, and the answer names the option", async () => {
    const reply = await create(await start(), "http://receiver:3000/");
    expect(reply.status).toBe(400);
    expect(at(reply.body, "error", "message")).toContain("--allow-receiver");
    const allowing = await start({ allowedReceivers: ["receiver", "10.0.0.5"] });
    expect((await create(allowing, "http://receiver:3000/")).status).toBe(200);
    expect((await create(allowing, "http://10.0.0.5/")).status).toBe(200);
    expect((await create(allowing, "http://10.0.0.6/")).status).toBe(400);
    expect((await create(allowing, "ftp://receiver/")).status).toBe(400);
  });
});
