import type { WebhookInputs } from "../../provider/src/lifecycle/fields";
import { Session } from "../../provider/src/lifecycle/session";
import { checkWebhook } from "../../provider/src/lifecycle/webhook/check";
import { createWebhook, deleteWebhook, updateWebhook } from "../../provider/src/lifecycle/webhook/webhook";
import { ApiError, LostAnswerError, TransportError } from "../../provider/src/up42/errors";
import { MemoryApi } from "../support/memory-api";

const INPUTS: WebhookInputs = {
  name: "alerts",
  url: "https://example.com/up42",
  events: ["order.status"],
  active: true,
  workspaceId: "ws",
};
const STATE = { ...INPUTS, createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" };

function setUp() {
  const api = new MemoryApi();
  const lines: string[] = [];
  const session = new Session(api, { workspaceId: "ws", timeoutSeconds: 2 }, (line) => lines.push(line));
  return { api, lines, session, ids: () => [...api.webhooks.keys()] };
}

/** Makes the first POST go unanswered; `effect` is what it brings about all the same. */
function loseFirstAnswer(api: MemoryApi, effect: () => void): void {
  let posts = 0;
  api.fault = (call) => {
    if (call === "create") {
      posts += 1;
      if (posts === 1) {
        effect();
        throw new LostAnswerError("POST /webhooks failed: ECONNRESET");
      }
    }
  };
}

describe("a create whose answer was lost", () => {
  test("finds the webhook that was created, and does not ask again", async () => {
    const { api, session, ids } = setUp();
    loseFirstAnswer(api, () => api.add(INPUTS));
    const { id } = await createWebhook(session, INPUTS);
    expect(ids()).toEqual([id]);
    expect(api.count("create")).toBe(1);
  });

  test("asks again when nothing was created", async () => {
    const { api, session, ids } = setUp();
    loseFirstAnswer(api, () => undefined);
    const { id } = await createWebhook(session, INPUTS);
    expect(ids()).toEqual([id]);
    expect(api.count("create")).toBe(2);
  });

  test("removes the twin when the first request is carried out after the second", async () => {
    const { api, lines, session, ids } = setUp();
    let late: string | undefined;
    loseFirstAnswer(api, () => undefined);
    const fault = api.fault;
    let lists = 0;
    api.fault = async (call) => {
      await fault(call);
      lists += call === "list" && api.count("create") === 2 ? 1 : 0;
      if (lists === 1 && late === undefined) {
        late = api.add(INPUTS).id;
      }
    };
    const { id } = await createWebhook(session, INPUTS);
    expect(late).toBeDefined();
    expect(ids()).toEqual([id]);
    expect(id).not.toBe(late);
    expect(lines).toContainEqual(expect.stringContaining(`removed ${late}`));
  });

  test("takes neither a webhook that was there before nor one that differs", async () => {
    const { api, session } = setUp();
    const before = api.add({ ...INPUTS, name: "other" });
    loseFirstAnswer(api, () => api.add({ ...INPUTS, active: false }));
    const { id } = await createWebhook(session, INPUTS);
    expect(api.count("create")).toBe(2);
    expect(id).not.toBe(before.id);
    expect(api.webhooks.get(id)).toMatchObject({ active: true, name: "alerts" });
  });

  test("says exactly what may exist when it cannot be found out", async () => {
    const { api, session } = setUp();
    api.fault = (call) => {
      if (call === "create") {
        throw new LostAnswerError("POST /webhooks failed: ECONNRESET");
      }
      if (call === "list" && api.count("create") > 0) {
        throw new TransportError("GET /webhooks failed: ECONNREFUSED", { sent: "no" });
      }
    };
    await expect(createWebhook(session, INPUTS)).rejects.toThrow(
      /answer was lost \(POST.*ECONNRESET\).*could not be found out either \(GET.*ECONNREFUSED\).*named "alerts" with URL https:\/\/example.com\/up42 may exist in workspace ws.*pulumi up/,
    );
  });

  test("of several identical webhooks at once gives each its own", async () => {
    const { api, session, ids } = setUp();
    loseFirstAnswer(api, () => api.add(INPUTS));
    const created = await Promise.all([1, 2, 3].map(async () => await createWebhook(session, INPUTS)));
    expect(created.map(({ id }) => id).sort()).toEqual(ids().sort());
    expect(ids()).toHaveLength(3);
  });

  test("does not take the answer to another request for its own", async () => {
    const { api, session, ids } = setUp();
    const first = await createWebhook(session, { ...INPUTS, name: "first" });
    const create = api.createWebhook.bind(api);
    let stale = true;
    api.createWebhook = async (workspaceId, spec) => {
      const created = await create(workspaceId, spec);
      const answer = stale ? api.webhooks.get(first.id) : undefined;
      stale = false;
      return answer ?? created;
    };
    const second = await createWebhook(session, INPUTS);
    expect(ids().sort()).toEqual([first.id, second.id].sort());
  });
});

describe("a webhook with the same name and URL that was there before", () => {
  test("is an error that names it and the ways out", async () => {
    const { api, session, ids } = setUp();
    const { id } = api.add(INPUTS);
    await expect(createWebhook(session, INPUTS)).rejects.toThrow(
      new RegExp(`${id}.*ifExists: "adopt".*import ${id}.*ifExists: "create"`),
    );
    expect(ids()).toEqual([id]);
  });

  test("is taken over with adopt, and brought to what was asked for", async () => {
    const { api, session, ids } = setUp();
    const existing = api.add({ ...INPUTS, active: false });
    await createWebhook(session, { ...INPUTS, ifExists: "adopt" });
    expect(api.calls).toContain(`update ${existing.id}`);
    expect(api.count("create")).toBe(0);
    expect(ids()).toEqual([existing.id]);
    expect(api.webhooks.get(existing.id)).toHaveProperty("active", true);
  });

  test("is left alone with create", async () => {
    const { api, session, ids } = setUp();
    api.add(INPUTS);
    await createWebhook(session, { ...INPUTS, ifExists: "create" });
    expect(ids()).toHaveLength(2);
  });

  test("twice is not adopted: which of them is a matter for people", async () => {
    const { api, session } = setUp();
    api.add(INPUTS);
    api.add(INPUTS);
    await expect(createWebhook(session, { ...INPUTS, ifExists: "adopt" })).rejects.toThrow(
      /Delete all but one/,
    );
  });
});

test("updating a webhook that is gone says so and names `pulumi refresh`", async () => {
  const { session } = setUp();
  await expect(updateWebhook(session, "gone", STATE, INPUTS)).rejects.toThrow(
    /does not exist any more.*pulumi refresh/,
  );
});

test("deleting a webhook that is gone succeeds, and says so", async () => {
  const { lines, session } = setUp();
  await deleteWebhook(session, "gone", STATE);
  expect(lines).toEqual([expect.stringContaining("was gone already")]);
});

test("a workspace that is not ours is refused at preview", async () => {
  const { api, session } = setUp();
  api.fault = (call) => {
    if (call === "list") {
      const failure = { method: "GET", url: "u", status: 403, message: "not yours", isWebPage: false };
      throw new ApiError("list the webhooks of workspace ws (workspaceId)", failure);
    }
  };
  const { failures } = await checkWebhook(() => session, {}, { ...INPUTS });
  expect(failures).toHaveLength(1);
  expect(failures[0]?.reason).toMatch(/workspace ws \(workspaceId\).*403.*not yours.*up42:workspaceId/);
});
