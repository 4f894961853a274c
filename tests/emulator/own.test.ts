import { type Emulator, startEmulator } from "../../emulator/src";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { at, createWebhook, login, send } from "./client";

let emulator: Emulator;
let receiver: TestReceiver;
beforeEach(async () => {
  receiver = await startReceiver();
  emulator = await startEmulator({ retries: 0 });
});
afterEach(async () => {
  await emulator.close();
  await receiver.close();
});

const DELIVERIES = "/_emulator/deliveries";

test("what happened is listed newest first, tests and live notifications, without the secret", async () => {
  const path = await createWebhook(emulator, { url: receiver.url, active: true });
  const headers = await login(emulator);
  await send(emulator, "POST", `${path}/tests`, { headers, body: { eventNames: ["order.status"] } });
  const triggered = await send(emulator, "POST", "/_emulator/trigger", { body: { event: "job.status" } });
  expect(triggered).toMatchObject({
    status: 202,
    body: { data: [{ notification: { event: "job.status" } }] },
  });
  await receiver.received(2);
  const { body } = await send(emulator, "GET", DELIVERIES);
  expect(body).toMatchObject({
    data: [
      { notification: { event: "job.status", liveMode: true } },
      {
        notification: { event: "order.status", liveMode: false },
        state: "delivered",
        attempts: [
          { headers: { signature: receiver.requests[0]?.headers.signature }, response: { status: 200 } },
        ],
        body: receiver.requests[0]?.body,
      },
    ],
    error: null,
  });
  const webhooks = await send(emulator, "GET", "/_emulator/webhooks");
  expect(webhooks.body).toMatchObject({ data: [{ signed: true, events: ["job.status", "order.status"] }] });
  expect(JSON.stringify([body, webhooks.body])).not.toContain("s3cret");
});

test("a delivery can be repeated: the same message, to where the webhook points now", async () => {
  const path = await createWebhook(emulator, { url: `${receiver.url}/old`, active: true });
  const [first] = await emulator.trigger({ event: "job.status" });
  const moved = { events: ["job.status"], name: "moved", url: `${receiver.url}/new` };
  await send(emulator, "PUT", path, { headers: await login(emulator), body: moved });
  const reply = await send(emulator, "POST", `${DELIVERIES}/${first?.id}/repeat`);
  expect(reply).toMatchObject({ status: 202, body: { data: { repeatOf: first?.id, state: "pending" } } });
  await receiver.received(2);
  expect(receiver.requests.map(({ path: to }) => to)).toEqual(["/old", "/new"]);
  expect(receiver.requests[1]?.body).toBe(receiver.requests[0]?.body);
  const again = await send(emulator, "GET", `${DELIVERIES}/${at(reply.body, "data", "id")}`);
  expect(again).toMatchObject({ status: 200, body: { data: { repeatOf: first?.id } } });
});

test("one that isn't known: 404; whose webhook is gone: 409", async () => {
  const path = await createWebhook(emulator, { url: receiver.url, active: true });
  const [delivery] = await emulator.trigger({ event: "job.status" });
  await send(emulator, "DELETE", path, { headers: await login(emulator) });
  expect((await send(emulator, "GET", `${DELIVERIES}/x`)).status).toBe(404);
  expect((await send(emulator, "POST", `${DELIVERIES}/x/repeat`)).status).toBe(404);
  expect(await send(emulator, "POST", `${DELIVERIES}/${delivery?.id}/repeat`)).toMatchObject({
    status: 409,
    body: { error: { code: "CONFLICT", message: expect.stringContaining("is gone") } },
  });
  expect(receiver.requests).toHaveLength(1);
});

test("the newest 1000 are kept", async () => {
  await createWebhook(emulator, { url: receiver.url, active: true });
  const [oldest] = await emulator.trigger({ event: "job.status" });
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 50 }, () => emulator.trigger({ event: "job.status" })));
  }
  expect(emulator.deliveries()).toHaveLength(1000);
  expect(emulator.deliveries().some(({ id }) => id === oldest?.id)).toBe(false);
});

test.each([
  ["no event", {}, /event is required/],
  ["an unknown event", { event: "x" }, /isn't one of job.status, order.status/],
  ["a status that isn't a string", { event: "job.status", status: 1 }, /status must be string/],
  ["a body that isn't an object", { event: "job.status", body: [] }, /body must be object/],
  ["an unknown field", { event: "job.status", webhook: "x" }, /webhook isn't a known field/],
  ["broken JSON", "{", /isn't valid JSON/],
])("a trigger with %s: 400", async (_, body, message) => {
  const reply = await send(emulator, "POST", "/_emulator/trigger", { body });
  expect(reply.status).toBe(400);
  expect(at(reply.body, "error", "message")).toMatch(message);
});

test("other methods: 405", async () => {
  for (const [method, path] of [
    ["PUT", "/_emulator/trigger"],
    ["DELETE", DELIVERIES],
    ["GET", `${DELIVERIES}/x/repeat`],
    ["POST", "/"],
  ] as const) {
    expect((await send(emulator, method, path)).status).toBe(405);
  }
});

test("the page may load nothing from elsewhere and be framed by nobody", async () => {
  const response = await fetch(`${emulator.url}/`);
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self';.* frame-ancestors 'none'/,
  );
  const targets = Array.from(html.matchAll(/(?:src|href)="([^"]*)"/g), ([, target = ""]) => target);
  const files = targets.filter((target) => target.startsWith("/_emulator/page/"));
  expect(targets.filter((target) => !/^(#\/|data:,$|\/_emulator\/page\/)/.test(target))).toEqual([]);
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const { status, headers } = await fetch(`${emulator.url}${file}`);
    expect({ file, status }).toEqual({ file, status: 200 });
    expect(headers.get("content-type")).toMatch(/^text\/(css|javascript); charset=utf-8$/);
  }
});
