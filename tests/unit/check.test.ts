import type { Call } from "../../provider/src/lifecycle/resource";
import { checkWebhook } from "../../provider/src/lifecycle/webhook/check";
import { createWebhook } from "../../provider/src/lifecycle/webhook/create";
import { checkWebhookTest } from "../../provider/src/lifecycle/webhook-test/check";
import { CredentialsError, TransportError } from "../../provider/src/up42/errors";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const GOOD = { name: "alerts", url: "https://example.com/up42", events: ["order.status"] };

function setUp(workspaceId: string | undefined = "ws") {
  const api = new MemoryApi();
  const { call, lines } = callOver(api, { workspaceId });
  const check = async (
    news: Record<string, unknown>,
    olds: Record<string, unknown> = {},
    more: Partial<Call> = {},
  ) => await checkWebhook({ ...call, ...more }, olds, news);
  return { api, call, lines, check };
}

describe("a webhook's inputs", () => {
  test("get their defaults", async () => {
    const { check } = setUp();
    expect(await check(GOOD)).toEqual({
      inputs: { ...GOOD, active: false, workspaceId: "ws" },
      failures: [],
    });
  });

  test.each([
    ["url", { url: undefined }, "is required: the https:// address"],
    ["url", { url: "" }, "must not be empty"],
    ["url", { url: "example.com" }, "must be an absolute URL, like https://example.com/up42"],
    ["url", { url: " https://example.com" }, "must be an absolute URL"],
    ["url", { url: 7 }, "is required"],
    [
      "url",
      { url: "http://example.com" },
      "must start with https:// (http:// is accepted only for this machine, with the emulator)",
    ],
    ["url", { url: "ftp://localhost" }, "must start with https://"],
    ["url", { url: "http://127.0.0.1.example.com" }, "must start with https://"],
    ["url", { url: "https://me:canary@example.com" }, "must not carry credentials"],
    ["events", { events: undefined }, "is required: the list of events"],
    ["events", { events: "order.status" }, "is required: the list of events"],
    ["events", { events: [] }, "must name at least one event"],
    ["events", { events: [""] }, "must not hold an empty name"],
    ["events", { events: [7] }, "must be a list of strings"],
    ["events", { events: ["order.status", "order.status"] }, "must not name an event twice"],
    [
      "events",
      { events: ["job.status, order.status"] },
      'must hold one name per string: ["job.status", "order.status"], not ["job.status, order.status"]',
    ],
    [
      "events",
      { events: ["order.stats"] },
      'no event "order.stats"; it has job.status, order.status. Did you mean "order.status"?',
    ],
    ["events", { events: ["xyz"] }, 'UP42 has no event "xyz"; it has job.status, order.status.'],
    ["name", { name: " " }, "must not be empty"],
    ["secret", { secret: "" }, "must not be empty"],
    ["secret", { secret: ["canary"] }, "must be a string"],
    ["active", { active: "yes" }, "must be true or false"],
    ["workspaceId", { workspaceId: "" }, "must not be empty"],
    ["ifExists", { ifExists: "canary" }, 'must be "error", "adopt" or "create"'],
    ["actve", { actve: true }, "is not a property of this resource"],
    ["toString", { toString: "x" }, "is not a property of this resource"],
  ])("with a wrong %s (%j) are refused: %s", async (field, change, reason) => {
    const { check, api } = setUp();
    const { failures } = await check({ ...GOOD, ...change });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.reason).toContain(`${field}: `);
    expect(failures[0]?.reason).toContain(reason);
    expect(failures[0]?.reason).not.toContain("canary");
    expect(api.count("create")).toBe(0);
  });

  test("may name this machine without TLS", async () => {
    const { check } = setUp();
    for (const url of ["http://localhost:1/x", "http://127.0.0.1:1", "http://[::1]:80/"]) {
      expect((await check({ ...GOOD, url })).failures).toEqual([]);
    }
  });

  test("may name a private network without TLS only when the configuration allows it", async () => {
    const url = "http://receiver:3000/up42";
    const { failures } = await setUp().check({ ...GOOD, url });
    expect(failures.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("set up42:allowHttp to true"),
    ]);
    const { call } = callOver(new MemoryApi(), { workspaceId: "ws", allowHttp: true });
    expect((await checkWebhook(call, {}, { ...GOOD, url })).failures).toEqual([]);
  });

  test("that are not known yet pass, and are checked when they are", async () => {
    const { check } = setUp();
    const unknown = {
      name: UNKNOWN,
      url: UNKNOWN,
      events: [UNKNOWN, "x"],
      secret: UNKNOWN,
      workspaceId: UNKNOWN,
    };
    expect(await check(unknown)).toEqual({ inputs: { ...unknown, active: false }, failures: [] });
    expect((await check({ ...unknown, events: [] })).failures).toHaveLength(1);
  });
});

describe("the workspace", () => {
  test("is the argument, else the configured one, else the one before, else the account's", async () => {
    const old = { ...GOOD, active: false, workspaceId: "before" };
    const { check, api } = setUp();
    expect((await check({ ...GOOD, workspaceId: "mine" }, old)).inputs).toHaveProperty("workspaceId", "mine");
    expect((await check(GOOD, old)).inputs).toHaveProperty("workspaceId", "ws");
    expect(api.count("userinfo")).toBe(0);

    const unset = new MemoryApi();
    const { call } = callOver(unset, { workspaceId: undefined });
    expect((await checkWebhook(call, old, GOOD)).inputs).toHaveProperty("workspaceId", "before");
    expect(unset.calls).toEqual([]);
    const checks = [1, 2, 3].map(async () => await checkWebhook(call, {}, GOOD));
    for (const { inputs } of await Promise.all(checks)) {
      expect(inputs).toHaveProperty("workspaceId", "own-workspace");
    }
    expect(unset.count("userinfo")).toBe(1);
  });
});

describe("requests", () => {
  const CHECKED = { ...GOOD, active: false, workspaceId: "ws" };

  test("are none when nothing has changed", async () => {
    const { check, api } = setUp();
    await check(GOOD, { ...CHECKED, __provider: "an older stub" });
    await check({ ...GOOD, ifExists: "adopt" }, CHECKED);
    expect(api.calls).toEqual([]);
  });

  test("for many new webhooks are one list and one look at the events", async () => {
    const { check, api } = setUp();
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => await check({ ...GOOD, name: `n${index}` })),
    );
    expect(api.count("list")).toBe(1);
    expect(api.count("events")).toBe(1);
  });

  test("for a change are what the change needs", async () => {
    const { check, api } = setUp();
    await check({ ...GOOD, url: "https://other.example.com" }, CHECKED);
    expect([...api.calls].sort()).toEqual(["list", "login"]);
  });
});

describe("UP42's refusals at preview", () => {
  test("of the credentials are failures, in its words", async () => {
    const { check, api } = setUp();
    api.fault = (call) => {
      if (call === "login") {
        throw new CredentialsError("UP42 refused the username and password");
      }
    };
    expect((await check(GOOD)).failures).toEqual([
      {
        property: "",
        reason: expect.stringMatching(
          /^Failed to check webhook "alerts": UP42 refused the username and password\. Check that up42:username and up42:password /,
        ),
      },
    ]);
  });

  test("to list its events are a warning", async () => {
    const { check, api, lines } = setUp();
    api.fault = (call) => {
      if (call === "events") {
        throw new TransportError("GET /webhooks/events failed: ECONNREFUSED", { sent: "no" });
      }
    };
    expect((await check({ ...GOOD, events: ["new.event"] })).failures).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(
        /^The names of events are not checked\. Failed to list UP42's events: .*ECONNREFUSED/,
      ),
    ]);
  });

  test("defects are thrown, not shown as the user's fault", async () => {
    const { check, api } = setUp();
    api.fault = () => {
      throw new TypeError("a defect");
    };
    await expect(check(GOOD)).rejects.toThrow(TypeError);
  });

  test("a webhook that is there already is announced", async () => {
    const { check, api, lines } = setUp();
    const { id } = api.add({ name: "alerts", url: "https://EXAMPLE.com/up42" });
    expect((await check(GOOD)).failures).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`has ${id} .*; creating it is going to be refused`)),
    ]);
    await check({ ...GOOD, active: true, ifExists: "adopt" });
    expect(lines.at(-1)).toContain("adopting it changes nothing of it");
  });
});

describe("two resources of a program with one name and URL", () => {
  const URL_AS = { ...GOOD, url: "https://EXAMPLE.com:443/up42" };

  test("are refused, naming both, however the URL is written", async () => {
    const { check, api } = setUp();
    expect((await check(GOOD, {}, { resource: "a#1" })).failures).toEqual([]);
    const { failures } = await check(URL_AS, {}, { resource: "b#2" });
    expect(failures.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(
        /^name: the resources "a" and "b" declare webhooks with the same name \("alerts"\) and URL/,
      ),
    ]);
    expect(api.count("create")).toBe(0);
  });

  test("are not adopted: one of them may have the webhook already", async () => {
    const { api, call, check } = setUp();
    api.add(GOOD);
    const adopting = { ...GOOD, active: true, ifExists: "adopt" as const };
    await check(adopting, {}, { resource: "duplicate#1" });
    await check(GOOD, { ...GOOD, active: true, workspaceId: "ws" }, { resource: "owner#2" });
    await expect(
      createWebhook(call.sessions.for(undefined), call, { ...adopting, workspaceId: "ws" }),
    ).rejects.toThrow(/Another resource of the program declares the same webhook: remove one of the two\.$/);
    expect(api.count("update")).toBe(0);
  });

  test("are refused also when the program itself has found the other one", async () => {
    const { check } = setUp();
    const { failures } = await check(GOOD, {}, { resource: "b#2", twin: "a#1" });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.reason).toContain('"a" and "b"');
  });

  test.each([
    ["a resource that is checked again", GOOD, "a#1"],
    ["another name", { ...GOOD, name: "other" }, "b#2"],
    ["another URL", { ...GOOD, url: "https://example.com/other" }, "b#2"],
    ["another workspace", { ...GOOD, workspaceId: "elsewhere" }, "b#2"],
    ['ifExists: "create"', { ...GOOD, ifExists: "create" }, "b#2"],
  ])("are not what %s makes", async (_case, second, resource) => {
    const { check } = setUp();
    await check(GOOD, {}, { resource: "a#1" });
    expect((await check(second, {}, { resource })).failures).toEqual([]);
  });

  test("are refused when an update leads there, unless two are wanted", async () => {
    const { check, api } = setUp();
    const { id } = api.add(GOOD);
    const before = { ...GOOD, url: "https://example.com/before", active: false, workspaceId: "ws" };
    const { failures } = await check(GOOD, before, { resource: "b#2" });
    expect(failures.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(new RegExp(`^url: workspace has ${id} .*ifExists: "create" if you do want two`)),
    ]);
    expect((await check({ ...GOOD, ifExists: "create" }, before, { resource: "b#2" })).failures).toEqual([]);
  });
});

describe("a test's inputs", () => {
  const webhook = { id: "w1", workspaceId: "ws2", ...GOOD, active: true, updatedAt: "now" };
  const { name: _name, ...tested } = webhook;
  const check = async (news: Record<string, unknown>, olds: Record<string, unknown> = {}) =>
    await checkWebhookTest(setUp().call, olds, news);

  test("take id and workspace from the webhook", async () => {
    expect(await check({ webhook: tested })).toEqual({
      inputs: { webhook: tested, webhookId: "w1", workspaceId: "ws2" },
      failures: [],
    });
  });

  test("take the configured workspace for a bare id", async () => {
    expect((await check({ webhookId: "w1" })).inputs).toEqual({ webhookId: "w1", workspaceId: "ws" });
  });

  test("that depend on a webhook still to come are unknown", async () => {
    const unknown = { ...tested, id: UNKNOWN, workspaceId: UNKNOWN, updatedAt: UNKNOWN };
    const { inputs, failures } = await check({ webhook: unknown });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ webhookId: UNKNOWN, workspaceId: UNKNOWN });
  });

  test.each([
    ["webhook", { webhook: tested, webhookId: "w1" }, "both webhook and webhookId are given"],
    [
      "webhook",
      {},
      "neither webhook nor webhookId is given: give the Webhook to test, or the id of one that this stack does not own",
    ],
    ["timeoutSeconds", { webhookId: "w1", timeoutSeconds: 0 }, "must be more than 0 seconds"],
    ["timeoutSeconds", { webhookId: "w1", timeoutSeconds: "60" }, "must be a number of seconds"],
    [
      "eventNames",
      { webhook: tested, eventNames: ["job.status"] },
      'the webhook does not subscribe to "job.status"',
    ],
    ["eventNames", { webhookId: "w1", eventNames: ["job.stat"] }, 'Did you mean "job.status"?'],
    ["eventNames", { webhookId: "w1", eventNames: ["a", "a"] }, "must not name an event twice"],
    ["trigger", { webhookId: "w1", trigger: [1] }, "is not a property"],
  ])("with a wrong %s (%j) are refused: %s", async (field, inputs, reason) => {
    const { failures } = await check(inputs);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.reason).toContain(`${field}: `);
    expect(failures[0]?.reason).toContain(reason);
  });
});
