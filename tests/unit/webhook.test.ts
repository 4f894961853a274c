import { checkWebhook } from "../../provider/src/lifecycle/webhook/check";
import { createWebhook } from "../../provider/src/lifecycle/webhook/create";
import { deleteWebhook } from "../../provider/src/lifecycle/webhook/delete";
import type { WebhookInputs } from "../../provider/src/lifecycle/webhook/fields";
import { updateWebhook } from "../../provider/src/lifecycle/webhook/update";
import { AnswerError, ApiError, LostAnswerError, TransportError } from "../../provider/src/up42/errors";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

/** UP42 shows it in clear, so that a webhook with it is provably ours. */
const SECRET = "canary-of-ours";
const INPUTS: WebhookInputs = {
  name: "alerts",
  url: "https://example.com/up42",
  events: ["order.status"],
  active: true,
  secret: SECRET,
  workspaceId: "ws",
};
const STATE = { ...INPUTS, createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" };

function setUp() {
  const api = new MemoryApi();
  return { api, ...callOver(api), ids: () => [...api.webhooks.keys()] };
}

const now = () => ({ createdAt: new Date().toISOString(), updatedAt: new Date().toISOString() });

/** Makes the first POST go unanswered; `effect` is what it brings about anyway. */
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
    const { api, call, session, ids } = setUp();
    loseFirstAnswer(api, () => api.add({ ...INPUTS, ...now() }));
    const { id } = await createWebhook(session, call, INPUTS);
    expect(ids()).toEqual([id]);
    expect(api.count("create")).toBe(1);
  });

  test("asks again when nothing was created", async () => {
    const { api, call, session, ids } = setUp();
    loseFirstAnswer(api, () => undefined);
    const { id } = await createWebhook(session, call, INPUTS);
    expect(ids()).toEqual([id]);
    expect(api.count("create")).toBe(2);
  });

  test("removes the twin when the first request is carried out after the second", async () => {
    const { api, call, lines, session, ids } = setUp();
    let late: string | undefined;
    loseFirstAnswer(api, () => undefined);
    const fault = api.fault;
    let lists = 0;
    api.fault = async (call) => {
      await fault(call);
      lists += call === "list" && api.count("create") === 2 ? 1 : 0;
      if (lists === 1 && late === undefined) {
        late = api.add({ ...INPUTS, ...now() }).id;
      }
    };
    const { id } = await createWebhook(session, call, INPUTS);
    expect(late).toBeDefined();
    expect(ids()).toEqual([id]);
    expect(id).not.toBe(late);
    expect(lines).toContainEqual(expect.stringContaining(`deleted ${late}`));
  });

  test("does not take a webhook that was there before, and names a new one that may be anybody's", async () => {
    const { api, call, session } = setUp();
    api.add({ ...INPUTS, name: "other" });
    let id = "";
    loseFirstAnswer(api, () => {
      ({ id } = api.add({ ...INPUTS, ...now(), secret: "of another stack" }));
    });
    const error = await createWebhook(session, call, INPUTS).then(String, String);
    expect(error).toContain('Failed to create webhook "alerts": UP42\'s answer was lost');
    expect(error).toContain(id);
    expect(error).toContain('run `pulumi up` with ifExists: "adopt"');
    expect(api.count("create")).toBe(1);
  });

  test("says exactly what may exist when it cannot be found out", async () => {
    const { api, call, session } = setUp();
    api.fault = (call) => {
      if (call === "create") {
        throw new LostAnswerError("POST /webhooks failed: ECONNRESET");
      }
      if (call === "list" && api.count("create") > 0) {
        throw new TransportError("GET /webhooks failed: ECONNREFUSED", { sent: "no" });
      }
    };
    await expect(createWebhook(session, call, INPUTS)).rejects.toThrow(
      /answer was lost \(POST.*ECONNRESET\).*could not be found out either \(GET.*ECONNREFUSED\).*A webhook with URL https:\/\/example.com\/up42 may exist in workspace ws.*pulumi up/,
    );
  });

  test("of several identical webhooks at once gives each its own", async () => {
    const { api, call, session, ids } = setUp();
    loseFirstAnswer(api, () => api.add({ ...INPUTS, ...now() }));
    const created = await Promise.all([1, 2, 3].map(async () => await createWebhook(session, call, INPUTS)));
    expect(created.map(({ id }) => id).sort()).toEqual(ids().sort());
    expect(ids()).toHaveLength(3);
  });

  test("does not take the answer to another request for its own", async () => {
    const { api, call, session, ids } = setUp();
    const first = await createWebhook(session, call, { ...INPUTS, name: "first" });
    const create = api.createWebhook.bind(api);
    let stale = true;
    api.createWebhook = async (workspaceId, spec) => {
      const created = await create(workspaceId, { ...spec, ...now() });
      const answer = stale ? api.webhooks.get(first.id) : undefined;
      stale = false;
      return answer ?? created;
    };
    const second = await createWebhook(session, call, INPUTS);
    expect(ids().sort()).toEqual([first.id, second.id].sort());
  });
});

describe("a webhook with the same name and URL that was there before", () => {
  test("is an error that names it and the ways out", async () => {
    const { api, call, session, ids } = setUp();
    const { id } = api.add(INPUTS);
    await expect(createWebhook(session, call, INPUTS)).rejects.toThrow(
      new RegExp(`${id}.*ifExists: "adopt".*import ${id}.*ifExists: "create"`),
    );
    expect(ids()).toEqual([id]);
  });

  test("is taken over with adopt, and brought to what was asked for", async () => {
    const { api, call, session, ids } = setUp();
    const existing = api.add({ ...INPUTS, active: false });
    await createWebhook(session, call, { ...INPUTS, ifExists: "adopt" });
    expect(api.calls).toContain(`update ${existing.id}`);
    expect(api.count("create")).toBe(0);
    expect(ids()).toEqual([existing.id]);
    expect(api.webhooks.get(existing.id)).toHaveProperty("active", true);
  });

  test("is left alone with create", async () => {
    const { api, call, session, ids } = setUp();
    api.add(INPUTS);
    await createWebhook(session, call, { ...INPUTS, ifExists: "create" });
    expect(ids()).toHaveLength(2);
  });

  test("twice is not adopted: which of them is a matter for people", async () => {
    const { api, call, session } = setUp();
    api.add(INPUTS);
    api.add(INPUTS);
    await expect(createWebhook(session, call, { ...INPUTS, ifExists: "adopt" })).rejects.toThrow(
      /Delete all but one/,
    );
  });
});

test("updating a webhook that is gone says so and names `pulumi refresh`", async () => {
  const { call, session } = setUp();
  await expect(updateWebhook(session, call, "gone", STATE, INPUTS)).rejects.toThrow(
    /Failed to update webhook "alerts" \(gone\): workspace ws does not have it any more.*pulumi refresh/,
  );
});

test("deleting a webhook that is gone succeeds, and says so", async () => {
  const { call, lines, session } = setUp();
  await deleteWebhook(session, call, "gone", STATE);
  expect(lines).toEqual([expect.stringContaining("was gone already")]);
});

test.each(["update", "delete"] as const)(
  "an %s whose answer was lost names `pulumi refresh`",
  async (kind) => {
    const { api, call, session } = setUp();
    const { id } = api.add({ ...INPUTS, ...STATE });
    api.fault = (operation) => {
      if (!operation.startsWith(kind)) {
        return;
      }
      throw Object.assign(new TransportError("the connection was reset", { sent: "maybe" }), {
        mayBeDone: true,
      });
    };
    const work =
      kind === "update"
        ? updateWebhook(session, call, id, STATE, INPUTS)
        : deleteWebhook(session, call, id, STATE);
    await expect(work).rejects.toThrow(
      /was reset\. It may have been (changed|deleted): `pulumi refresh` finds out\./,
    );
  },
);

test("a delete whose look afterwards fails names `pulumi refresh`", async () => {
  const { api, call, session } = setUp();
  const { id } = api.add({ ...INPUTS, ...STATE });
  let lists = 0;
  api.fault = (operation) => {
    // A colleague deletes it between the look and the delete.
    if (operation.startsWith("delete")) {
      api.webhooks.delete(id);
    }
    if (operation === "list") {
      lists += 1;
    }
    if (lists > 1) {
      throw new AnswerError("UP42's list is only one page", { final: true });
    }
  };
  await expect(deleteWebhook(session, call, id, STATE)).rejects.toThrow(
    /only one page\. It may have been deleted: `pulumi refresh` finds out\./,
  );
});

test("a workspace that is not ours is refused at preview", async () => {
  const { api, call } = setUp();
  api.fault = (call) => {
    if (call === "list") {
      const failure = {
        method: "GET",
        url: "u",
        status: 403,
        message: "not yours",
        isOwn: true,
        isForeign: false,
      };
      throw new ApiError(failure);
    }
  };
  const { failures } = await checkWebhook(call, {}, { ...INPUTS });
  expect(failures).toHaveLength(1);
  expect(failures[0]?.reason).toMatch(/workspace ws \(workspaceId\).*403.*not yours.*up42:workspaceId/);
});
