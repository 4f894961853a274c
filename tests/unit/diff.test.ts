import fc from "fast-check";
import { isConcealed, sameUrl } from "../../provider/src/lifecycle/webhook/compare";
import { diffWebhook } from "../../provider/src/lifecycle/webhook/diff";
import type { WebhookState } from "../../provider/src/lifecycle/webhook/fields";
import { readWebhook } from "../../provider/src/lifecycle/webhook/read";
import { diffWebhookTest } from "../../provider/src/lifecycle/webhook-test/diff";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const STATE: WebhookState = {
  name: "alerts",
  url: "https://example.com/up42",
  events: ["job.status", "order.status"],
  active: true,
  secret: "s3cret",
  workspaceId: "ws",
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
};

const events = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}\.[a-z]{1,6}$/), { minLength: 1, maxLength: 5 });
const states = fc.record({
  name: fc.string({ minLength: 1 }),
  url: fc.webUrl(),
  events,
  active: fc.boolean(),
  secret: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  workspaceId: fc.uuid(),
  createdAt: fc.string(),
  updatedAt: fc.string(),
});

describe("the diff of a webhook", () => {
  test("with itself is empty, whatever the order of its events", () => {
    fc.assert(
      fc.property(states, (state) => {
        const news = { ...state, events: [...state.events].reverse(), __provider: "another stub" };
        expect(diffWebhook(state, news)).toEqual({ changes: false, replaces: [] });
      }),
      { seed: 42 },
    );
  });

  test.each([
    ["name", "other"],
    ["url", "https://example.com/other"],
    ["events", ["job.status"]],
    ["active", false],
    ["secret", "other"],
    ["secret", undefined],
    ["profile", "team-a"],
  ])("sees a change of %s to %j, in place", (property, value) => {
    expect(diffWebhook(STATE, { ...STATE, [property]: value })).toEqual({ changes: true, replaces: [] });
  });

  test.each(["name", "url", "events", "active", "secret"])("takes an unknown %s for a change", (property) => {
    expect(diffWebhook(STATE, { ...STATE, [property]: UNKNOWN })).toEqual({ changes: true, replaces: [] });
  });

  test("replaces for another workspace", () => {
    const replaced = { changes: true, replaces: ["workspaceId"] };
    expect(diffWebhook(STATE, { ...STATE, workspaceId: "other" })).toEqual(replaced);
    expect(diffWebhook(STATE, { ...STATE, workspaceId: UNKNOWN })).toEqual(replaced);
  });

  test("ignores how a URL is written, the times, and ifExists", () => {
    const news = {
      ...STATE,
      url: "HTTPS://Example.com:443/up42",
      createdAt: "x",
      updatedAt: "y",
      ifExists: "adopt",
    };
    expect(diffWebhook(STATE, news).changes).toBe(false);
  });
});

describe("reading a webhook", () => {
  const read = async (remote: Partial<WebhookState>, state: WebhookState = STATE) => {
    const api = new MemoryApi();
    const { workspaceId: _, ...webhook } = { ...state, ...remote };
    api.add({ ...webhook, id: "w1" });
    const { session, call } = callOver(api);
    return await readWebhook(session, call, "w1", state);
  };
  const LATER = "2026-02-02T00:00:00Z";

  test.each([
    ["the order of events", { events: ["order.status", "job.status"] }],
    [
      "events joined by a comma",
      { events: ["order.status , job.status"].flatMap((one) => one.split(" , ")) },
    ],
    ["how the URL is written", { url: "https://example.com:443/up42" }],
    ["no secret", { secret: undefined }],
    ["a masked secret", { secret: "******" }],
    ["a half masked secret", { secret: "s3****et" }],
    [
      "a secret hidden in another way, as long as nobody has touched it",
      { secret: "sha256:abc", updatedAt: STATE.updatedAt },
    ],
  ])("takes %s for no change", async (_case, remote) => {
    expect(await read({ updatedAt: LATER, ...remote })).toEqual(STATE);
  });

  test.each([
    { name: "other" },
    { url: "https://example.com/other" },
    { events: ["job.status"] },
    { active: false },
    { secret: "changed-outside" },
  ])("shows %j as changed outside", async (remote) => {
    expect(await read({ ...remote, updatedAt: LATER })).toEqual({ ...STATE, ...remote, updatedAt: LATER });
  });

  test("shows a secret that somebody gave it", async () => {
    const { secret: _, ...without } = STATE;
    expect(await read({ secret: "new", updatedAt: LATER }, without)).toHaveProperty("secret", "new");
  });

  test("finds nothing when it is gone", async () => {
    const { session, call } = callOver(new MemoryApi());
    expect(await readWebhook(session, call, "w1", STATE)).toBeUndefined();
  });
});

describe("comparing", () => {
  test.each(["*****", "••••••", "abc***", "xxxxxx", "REDACTED", "<hidden>", undefined])(
    "%j is concealed",
    (secret) => {
      expect(isConcealed(secret)).toBe(true);
    },
  );

  test.each(["QWZTFnMEXhqZKNmu", "my*secret", "xx", "hidden-treasure"])("%j is in clear", (secret) => {
    expect(isConcealed(secret)).toBe(false);
  });

  test("URLs that do not parse are the same only when they are equal", () => {
    expect(sameUrl("nonsense", "nonsense")).toBe(true);
    expect(sameUrl("nonsense", "https://example.com")).toBe(false);
  });
});

describe("the diff of a test", () => {
  const webhook = { id: "w1", updatedAt: "a" };
  const outcome = { testsRun: 2, testsSucceeded: 2 };
  const olds = {
    ...{ webhookId: "w1", workspaceId: "ws", webhook, eventNames: ["a", "b"], triggers: [{ v: 1 }] },
    ...outcome,
  };

  test("is empty when nothing that matters has changed", () => {
    const news = {
      ...olds,
      webhook: { updatedAt: "a", id: "w1" },
      eventNames: ["b", "a"],
      timeoutSeconds: 5,
    };
    expect(diffWebhookTest(olds, news)).toEqual({ changes: false, replaces: [] });
  });

  test.each([
    { webhookId: "w2" },
    { workspaceId: "other" },
    { webhook: { id: "w1", updatedAt: "b" } },
    { webhook: { id: "w1", updatedAt: UNKNOWN } },
    { eventNames: ["a"] },
    { eventNames: undefined },
    { eventNames: [UNKNOWN] },
    { triggers: [{ v: 2 }] },
    { triggers: undefined },
    { alwaysRun: true },
    { profile: "team-a" },
  ])("runs again for %j", (change) => {
    expect(diffWebhookTest(olds, { ...olds, ...change })).toEqual({ changes: true, replaces: [] });
  });

  test.each([
    { testsRun: 2, testsSucceeded: 1 },
    { testsRun: 1, testsSucceeded: 0 },
    { testsRun: 0, testsSucceeded: 0 },
  ])("runs again after %j", (failed) => {
    expect(diffWebhookTest({ ...olds, ...failed }, olds)).toEqual({ changes: true, replaces: [] });
  });
});
