import fc from "fast-check";
import { isConcealed, sameUrl } from "../../provider/src/lifecycle/webhook/compare";
import { deleteWebhook } from "../../provider/src/lifecycle/webhook/delete";
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
        expect(diffWebhook(state, news)).toEqual({ changed: [], replaces: [] });
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
    expect(diffWebhook(STATE, { ...STATE, [property]: value })).toEqual({
      changed: [property],
      replaces: [],
    });
  });

  test.each(["name", "url", "events", "active", "secret"])("counts an unknown %s as a change", (property) => {
    expect(diffWebhook(STATE, { ...STATE, [property]: UNKNOWN })).toEqual({
      changed: [property],
      replaces: [],
    });
  });

  test("replaces for another workspace", () => {
    const replaced = { changed: ["workspaceId"], replaces: ["workspaceId"] };
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
    expect(diffWebhook(STATE, news).changed).toEqual([]);
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
  ])("does not count %s as a change, and records that the webhook was written", async (_case, remote) => {
    expect(await read({ updatedAt: LATER, ...remote })).toEqual({ ...STATE, updatedAt: LATER });
  });

  const HIDDEN = [undefined, "******", "s3****et", "QW…", "abc...", "sha256:abc"];

  test.each(HIDDEN)(
    "believes that a secret shown as %j is the same while nobody has written",
    async (secret) => {
      expect(await read({ secret })).toEqual(STATE);
      expect(await read({ secret, updatedAt: "2026-01-01T00:00:00.000Z" })).toEqual(STATE);
    },
  );

  test.each(HIDDEN)("counts one shown as %j as drift once the webhook was written", async (secret) => {
    const found = await read({ secret, updatedAt: LATER });
    expect(found?.secret).not.toBe(STATE.secret);
    expect(found?.updatedAt).toBe(LATER);
  });

  test("does not count the same secret in clear as drift, no matter who has written", async () => {
    expect(await read({ updatedAt: LATER })).toEqual({ ...STATE, updatedAt: LATER });
  });

  test("compares with what UP42 answered when it spells the webhook its own way", async () => {
    const respelled = {
      name: "aler",
      url: "https://example.com/up42/",
      events: ["job.status"],
      active: false,
    };
    const state = { ...STATE, answered: respelled };
    expect(await read(respelled, state)).toEqual(state);
    expect(await read({ ...respelled, name: "renamed" }, state)).toEqual({ ...state, name: "renamed" });
  });

  test("finds nothing when another entry of the stack has adopted it", async () => {
    const api = new MemoryApi();
    const { workspaceId: _, ...webhook } = { ...STATE, updatedAt: LATER };
    api.add({ ...webhook, id: "w1" });
    const { session, call, lines } = callOver(api);
    session.claims.add({ id: "w1", updatedAt: LATER });
    expect(await readWebhook(session, call, "w1", STATE)).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining("belongs to another resource of this stack")]);
    expect(await readWebhook(session, call, "w1", { ...STATE, updatedAt: LATER })).toHaveProperty(
      "name",
      "alerts",
    );
  });

  test("finds nothing for the entry that lost it, when a late write has changed it since the other adopted it", async () => {
    const api = new MemoryApi();
    const LATEST = "2026-03-03T00:00:00Z";
    const { workspaceId: _, ...webhook } = { ...STATE, updatedAt: LATEST };
    api.add({ ...webhook, id: "w1" });
    const { session, call } = callOver(api);
    const [adopter, loser] = await Promise.all([
      readWebhook(session, call, "w1", { ...STATE, updatedAt: LATER }),
      readWebhook(session, call, "w1", STATE),
    ]);
    expect(adopter).toHaveProperty("updatedAt", LATEST);
    expect(loser).toBeUndefined();
  });

  test("leaves the webhook to the entry that has adopted it alone, so that deleting this one deletes it", async () => {
    const api = new MemoryApi();
    const { workspaceId: _, ...webhook } = { ...STATE, updatedAt: LATER };
    api.add({ ...webhook, id: "w1" });
    const { session, call } = callOver(api);
    const adopter = { ...STATE, updatedAt: LATER };
    const reads = [adopter, STATE].map((state) => readWebhook(session, call, "w1", state));
    expect((await Promise.all(reads)).map((state) => state?.updatedAt)).toEqual([LATER, undefined]);
    await deleteWebhook(session, call, "w1", adopter);
    expect(api.webhooks.size).toBe(0);
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

  test("shows a secret that a colleague gave it", async () => {
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
    expect(diffWebhookTest(olds, news)).toEqual({ changed: [], replaces: [], isForced: false });
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
    expect(diffWebhookTest(olds, { ...olds, ...change })).toEqual({
      changed: Object.keys(change),
      replaces: [],
      isForced: "alwaysRun" in change,
    });
  });

  test.each([
    { testsRun: 2, testsSucceeded: 1 },
    { testsRun: 1, testsSucceeded: 0 },
    { testsRun: 0, testsSucceeded: 0 },
  ])("runs again after %j", (failed) => {
    expect(diffWebhookTest({ ...olds, ...failed }, olds)).toEqual({
      changed: ["testsSucceeded"],
      replaces: [],
      isForced: true,
    });
  });
});
