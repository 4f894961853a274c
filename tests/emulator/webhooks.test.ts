import { DEMO_ACCOUNT, type Emulator, startEmulator } from "../../emulator/src";
import { at, login, send, WEBHOOKS } from "./client";

const OTHER = {
  ...DEMO_ACCOUNT,
  username: "other@up42.example",
  workspaceId: "b1b2c3d4-0042-4042-8042-000000000042",
};
const MICROSECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** UP42's own example of a request, with all fields. */
const EXAMPLE = {
  events: ["job.status, order.status"],
  name: "My alert for job and order statuses",
  url: "https://my.sample.endpoint.com/",
  secret: "QWZTFnMEXhqZKNmu",
  active: true,
};

let emulator: Emulator;
let headers: { authorization: string };
beforeAll(async () => {
  emulator = await startEmulator({ accounts: [DEMO_ACCOUNT, OTHER] });
  headers = await login(emulator);
});
afterAll(() => emulator.close());
beforeEach(() => emulator.clearRequests());

async function create(body: object): Promise<string> {
  const reply = await send(emulator, "POST", WEBHOOKS, { headers, body });
  expect(reply.status).toBe(200);
  return String(at(reply.body, "data", "id"));
}

test("events need no token", async () => {
  const reply = await send(emulator, "GET", "/webhooks/events");
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({
    data: [
      {
        name: "job.status",
        title: "Job Status Updates",
        category: "job",
        description: "Sent when job/task status is updated",
        documentation: "https://docs.up42.com/developers/",
      },
      {
        name: "order.status",
        title: "Order Status Updates",
        category: "order",
        description: "Sent when order status is updated",
        documentation: "https://docs.up42.com/developers/",
      },
    ],
    error: null,
  });
});

describe("a webhook", () => {
  test("is created and answered as in UP42's example, fields in the same order", async () => {
    const { status, body } = await send(emulator, "POST", WEBHOOKS, { headers, body: EXAMPLE });
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        ...EXAMPLE,
        id: expect.stringMatching(UUID),
        createdAt: expect.stringMatching(MICROSECONDS),
        updatedAt: expect.stringMatching(MICROSECONDS),
      },
      error: null,
    });
    const fields = ["id", "url", "name", "active", "events", "createdAt", "updatedAt", "secret"];
    expect(Object.keys(Object(at(body, "data")))).toEqual(fields);
  });

  test("is inactive and has no secret by default", async () => {
    const { active: _, secret: __, ...least } = EXAMPLE;
    const { body } = await send(emulator, "POST", WEBHOOKS, { headers, body: least });
    expect(body).toMatchObject({ data: { active: false, secret: "" } });
  });

  test("has no secret when it is sent as null, as UP42's SDK does", async () => {
    const path = `${WEBHOOKS}/${await create({ ...EXAMPLE, secret: null })}`;
    expect(await send(emulator, "GET", path, { headers })).toMatchObject({ body: { data: { secret: "" } } });
    const signed = await send(emulator, "PUT", path, { headers, body: EXAMPLE });
    expect(at(signed.body, "data", "secret")).toBe(EXAMPLE.secret);
    const body = { ...EXAMPLE, secret: null };
    expect(await send(emulator, "PUT", path, { headers, body })).toMatchObject({
      status: 200,
      body: { data: { secret: "" } },
    });
  });

  test("may be there twice, and both are listed in the order of their creation", async () => {
    const twins = [await create(EXAMPLE), await create(EXAMPLE)];
    const { body } = await send(emulator, "GET", WEBHOOKS, { headers });
    const listed = emulator.webhooks(DEMO_ACCOUNT.workspaceId).map(({ id }) => id);
    expect(listed.slice(-2)).toEqual(twins);
    expect(at(body, "data")).toMatchObject(listed.map((id) => ({ id })));
  });

  test("is read, replaced as a whole, and deleted", async () => {
    const path = `${WEBHOOKS}/${await create(EXAMPLE)}`;
    const before = await send(emulator, "GET", path, { headers });
    expect(before.body).toMatchObject({ data: EXAMPLE });

    const body = { events: ["job.status"], name: "new", url: "http://localhost:1234/x" };
    const put = await send(emulator, "PUT", path, { headers, body });
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({ data: { ...body, secret: "", active: false } });
    expect(at(put.body, "data", "createdAt")).toBe(at(before.body, "data", "createdAt"));
    expect(String(at(put.body, "data", "updatedAt")) > String(at(before.body, "data", "updatedAt"))).toBe(
      true,
    );
    expect((await send(emulator, "GET", path, { headers })).body).toEqual(put.body);

    expect(await send(emulator, "DELETE", path, { headers })).toMatchObject({ status: 204, body: undefined });
    for (const [method, content] of [["GET"], ["DELETE"], ["PUT", body]] as const) {
      const gone = await send(emulator, method, path, { headers, body: content });
      expect(gone).toMatchObject({ status: 404, body: { data: null, error: { code: "NOT_FOUND" } } });
    }
  });

  test.each(["http://localhost/", "http://127.0.0.1:8080/x", "http://[::1]:8080/", "https://a.example/?b=c"])(
    "may have the URL %s, which comes back as sent",
    async (url) => {
      const { body } = await send(emulator, "POST", WEBHOOKS, { headers, body: { ...EXAMPLE, url } });
      expect(body).toMatchObject({ data: { url } });
    },
  );
});

describe("a body that isn't right is refused with 400, names the field and changes nothing", () => {
  test.each([
    ["no events", { events: undefined }, "events is required"],
    ["no name", { name: undefined }, "name is required"],
    ["no URL", { url: undefined }, "url is required"],
    ["empty events", { events: [] }, "events must not be empty"],
    ["an empty event", { events: [""] }, "events[0] must not be empty"],
    ["events that aren't a list", { events: "job.status" }, "events must be array"],
    ["an event that isn't a string", { events: ["job.status", 1] }, "events[1] must be string"],
    ["an unknown event", { events: ["job.status, jobs.status"] }, '"jobs.status" isn\'t one of job.status'],
    ["an event missing after a comma", { events: ["job.status,"] }, '"" isn\'t one of'],
    ["an empty name", { name: "" }, "name must not be empty"],
    ["a name that isn't a string", { name: 5 }, "name must be string"],
    ["a relative URL", { url: "/here" }, "url: must be an absolute https:// URL"],
    [
      "a URL without HTTPS",
      { url: "http://my.sample.endpoint.com/" },
      "url: must be an absolute https:// URL",
    ],
    ["a host that only looks local", { url: "http://localhost.example/" }, "url: must be an absolute https"],
    ["another protocol", { url: "ftp://my.sample.endpoint.com/" }, "url: must be an absolute https:// URL"],
    ["a secret that is a number", { secret: 1 }, "secret must be string"],
    ["active as a string", { active: "true" }, "active must be boolean"],
    ["active as a number", { active: 1 }, "active must be boolean"],
  ])("%s", async (_, changes, message) => {
    const path = `${WEBHOOKS}/${await create(EXAMPLE)}`;
    const before = emulator.webhooks();
    const body = { ...EXAMPLE, ...changes };
    for (const reply of [
      await send(emulator, "POST", WEBHOOKS, { headers, body }),
      await send(emulator, "PUT", path, { headers, body }),
    ]) {
      expect(reply).toMatchObject({ status: 400, body: { data: null, error: { code: "BAD_REQUEST" } } });
      expect(at(reply.body, "error", "message")).toContain(message);
      expect(at(reply.body, "error", "details", 0, "field")).toMatch(/\S/);
    }
    expect(emulator.webhooks()).toEqual(before);
  });

  test("several faults are all named", async () => {
    const { body } = await send(emulator, "POST", WEBHOOKS, { headers, body: { name: 1, active: "no" } });
    const message = at(body, "error", "message");
    for (const field of ["events", "url", "name", "active"]) {
      expect(message).toContain(field);
    }
  });

  test.each([
    ["not JSON", "{", /isn't valid JSON/],
    ["null", "null", /body must be object/],
    ["a list", "[]", /body must be object/],
    ["nothing", undefined, /body must be object/],
  ])("%s", async (_, body, message) => {
    const reply = await send(emulator, "POST", WEBHOOKS, { headers, body });
    expect(reply.status).toBe(400);
    expect(at(reply.body, "error", "message")).toMatch(message);
  });

  test("fields that UP42 doesn't document are ignored, __proto__ too", async () => {
    const { active: _, ...rest } = EXAMPLE;
    const body = `{"__proto__": {"active": true}, "isActive": true, ${JSON.stringify(rest).slice(1)}`;
    const reply = await send(emulator, "POST", WEBHOOKS, { headers, body });
    expect(reply).toMatchObject({ status: 200, body: { data: { active: false } } });
    expect(at(reply.body, "data")).not.toHaveProperty("isActive");
  });
});

describe("access", () => {
  test("needs a token: 401", async () => {
    for (const [method, path] of [
      ["GET", WEBHOOKS],
      ["POST", WEBHOOKS],
      ["GET", `${WEBHOOKS}/x`],
      ["PUT", `${WEBHOOKS}/x`],
      ["DELETE", `${WEBHOOKS}/x`],
      ["POST", `${WEBHOOKS}/x/tests`],
    ] as const) {
      for (const authorization of ["", "Bearer", "Bearer wrong", "Basic eDp5"]) {
        const reply = await send(emulator, method, path, { headers: { authorization } });
        expect(reply).toMatchObject({ status: 401, body: { data: null, error: { code: "UNAUTHORIZED" } } });
        expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer /);
      }
    }
  });

  test("is refused before the body is judged", async () => {
    expect((await send(emulator, "POST", WEBHOOKS, { body: "{" })).status).toBe(401);
  });

  test("to another account's workspace: 403, to their webhook by way of one's own: 404", async () => {
    const id = await create(EXAMPLE);
    const others = await login(emulator, OTHER);
    const reply = await send(emulator, "GET", `${WEBHOOKS}/${id}`, { headers: others });
    expect(reply).toMatchObject({ status: 403, body: { data: null, error: { code: "FORBIDDEN" } } });
    const own = `/workspaces/${OTHER.workspaceId}/webhooks`;
    expect((await send(emulator, "DELETE", `${own}/${id}`, { headers: others })).status).toBe(404);
    expect((await send(emulator, "GET", own, { headers: others })).body).toEqual({ data: [], error: null });
    expect(emulator.webhooks(OTHER.workspaceId)).toEqual([]);
  });
});

describe("what the API doesn't have", () => {
  test.each([
    ["DELETE", WEBHOOKS, "GET, POST"],
    ["PATCH", `${WEBHOOKS}/x`, "GET, PUT, DELETE"],
    ["GET", `${WEBHOOKS}/x/tests`, "POST"],
    ["POST", "/webhooks/events", "GET"],
    ["GET", "/oauth/token", "POST"],
    ["POST", "/realms/public/protocol/openid-connect/userinfo", "GET"],
  ])("%s %s: 405 with Allow", async (method, path, allow) => {
    const reply = await send(emulator, method, path, { headers });
    expect(reply).toMatchObject({ status: 405, body: { data: null, error: { code: "METHOD_NOT_ALLOWED" } } });
    expect(reply.headers.get("allow")).toBe(allow);
  });

  test("another path: 404 in the envelope", async () => {
    for (const path of ["/nothing", "/webhooks", `${WEBHOOKS}/x/y`]) {
      expect(await send(emulator, "GET", path, { headers })).toMatchObject({
        status: 404,
        body: { data: null, error: { code: "NOT_FOUND", message: expect.stringContaining(path) } },
      });
    }
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"])(
    "a body of the type %s: 415",
    async (type) => {
      const reply = await send(emulator, "POST", WEBHOOKS, {
        headers: { ...headers, "content-type": type },
        body: JSON.stringify(EXAMPLE),
      });
      expect(reply).toMatchObject({ status: 415, body: { error: { code: "UNSUPPORTED_MEDIA_TYPE" } } });
    },
  );

  test("a path that can't be decoded: 400; a body of megabytes: 413", async () => {
    expect(await send(emulator, "GET", "/%ff")).toMatchObject({ status: 400, body: { data: null } });
    const body = { ...EXAMPLE, name: "x".repeat(2_000_000) };
    const reply = await send(emulator, "POST", WEBHOOKS, { headers, body });
    expect(reply).toMatchObject({ status: 413, body: { data: null, error: { code: "PAYLOAD_TOO_LARGE" } } });
  });
});

describe("the record of requests", () => {
  test("holds what came, in order, refused requests too", async () => {
    await send(emulator, "POST", `${WEBHOOKS}?a=1&b`, { headers, body: EXAMPLE });
    await send(emulator, "POST", WEBHOOKS, { headers, body: "{not json" });
    await send(emulator, "POST", "/oauth/token", { body: new URLSearchParams({ grant_type: "x" }) });
    await send(emulator, "GET", "/webhooks/events");
    expect(emulator.requests).toMatchObject([
      { method: "POST", path: WEBHOOKS, query: "a=1&b", headers, body: EXAMPLE, status: 200 },
      { method: "POST", path: WEBHOOKS, body: "{not json", status: 400 },
      { method: "POST", path: "/oauth/token", body: "grant_type=x", status: 400 },
      { method: "GET", path: "/webhooks/events", body: undefined, status: 200 },
    ]);
    for (const { at: time } of emulator.requests) {
      expect(Date.parse(time)).not.toBeNaN();
    }
  });

  test("leaves out the emulator's own, and can be cleared", async () => {
    await send(emulator, "GET", "/_emulator/deliveries");
    await fetch(`${emulator.url}/`);
    expect(emulator.requests).toEqual([]);
    await send(emulator, "GET", "/webhooks/events");
    expect(emulator.requests).toHaveLength(1);
    emulator.clearRequests();
    expect(emulator.requests).toEqual([]);
  });
});
