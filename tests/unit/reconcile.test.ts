import { Claims } from "../../provider/src/lifecycle/claims";
import { createWebhook } from "../../provider/src/lifecycle/webhook/create";
import { TwinError } from "../../provider/src/lifecycle/webhook/create-errors";
import { createOnce } from "../../provider/src/lifecycle/webhook/create-once";
import { Workspace } from "../../provider/src/lifecycle/workspace";
import { ApiError, LostAnswerError, TransportError } from "../../provider/src/up42/errors";
import { Deadline } from "../../provider/src/up42/operation";
import type { RemoteWebhook, WebhookSpec } from "../../provider/src/up42/webhook";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

const SPEC: WebhookSpec = {
  name: "orders",
  url: "https://example.com/orders",
  events: ["order.status"],
  active: true,
  secret: "canary-secret",
};

let api: MemoryApi;
let workspace: Workspace;
let lines: string[];

beforeEach(() => {
  api = new MemoryApi();
  workspace = new Workspace(api, "w-1", new Claims());
  lines = [];
});

const create = (timeoutMs = 10_000): Promise<RemoteWebhook> =>
  createOnce(workspace, SPEC, {
    deadline: new Deadline(timeoutMs),
    report: (line) => lines.push(line),
  });

const lost = (): never => {
  throw new LostAnswerError("the connection was reset");
};
const refused = (): never => {
  const failure = { method: "POST", url: "u", status: 400, message: "no", isOwn: true, isForeign: false };
  throw new ApiError(failure);
};

/** What happens at the first call of an operation, the second, and so on. */
function at(operation: string, ...actions: readonly (() => void)[]): void {
  const queue = [...actions];
  const before = api.fault;
  api.fault = async (call) => {
    await before(call);
    if (call.split(" ")[0] === operation) {
      queue.shift()?.();
    }
  };
}

const NOW = () => {
  const at = new Date().toISOString();
  return { createdAt: at, updatedAt: at };
};
const nothing = (): void => undefined;
const commit = (): void => {
  api.add({ ...SPEC, ...NOW() });
};
const commitAndLose = (): void => {
  commit();
  lost();
};
/** The first request is carried out only when the second one has been answered. */
const commitOnceRetried = (): (() => void) => {
  let isDone = false;
  return () => {
    if (isDone || api.count("create") < 2) {
      return;
    }
    isDone = true;
    commit();
  };
};
const ids = (): string[] => [...api.webhooks.keys()];

describe("a create whose answer arrives", () => {
  test("is one request, besides the list of what was there before", async () => {
    const { id } = await create();
    expect(api.calls).toEqual(["list", "create"]);
    expect(ids()).toEqual([id]);
    expect(lines).toEqual([]);
  });

  test("that UP42 refuses is not repeated", async () => {
    at("create", refused);
    await expect(create()).rejects.toThrow(ApiError);
    expect(api.count("create")).toBe(1);
  });
});

describe("a create whose answer is lost", () => {
  test("after the commit takes the webhook that is there", async () => {
    at("create", commitAndLose);
    const { id } = await create();
    expect(ids()).toEqual([id]);
    expect(api.count("create")).toBe(1);
  });

  test("takes the webhook that appears while it looks", async () => {
    at("create", lost);
    at("list", nothing, nothing, commit);
    const { id } = await create();
    expect(ids()).toEqual([id]);
    expect(api.count("create")).toBe(1);
  });

  test("before the commit asks again", async () => {
    at("create", lost);
    const { id } = await create();
    expect(ids()).toEqual([id]);
    expect(api.count("create")).toBe(2);
    expect(lines).toEqual([
      expect.stringMatching(/connection was reset; looking for up to 1 s whether it was created$/),
      expect.stringMatching(/it was not created; trying again \(retry 1\)$/),
      expect.stringMatching(/created as id-1; making sure that it is the only one$/),
    ]);
  });

  test("deletes the twin that an earlier request brings about after the retry", async () => {
    at("create", lost);
    at("list", ...Array(10).fill(commitOnceRetried()));
    const { id } = await create();
    expect(ids()).toEqual([id]);
    expect(api.count("delete")).toBe(1);
    expect(lines.at(-1)).toMatch(/deleted id-\d+, which an earlier try had created late$/);
  });

  test("deletes a twin again when UP42's answer does not say that it did", async () => {
    const deleteWebhook = api.deleteWebhook.bind(api);
    api.deleteWebhook = async () => {
      api.deleteWebhook = deleteWebhook;
      return await Promise.resolve("unconfirmed");
    };
    at("create", lost);
    at("list", ...Array(10).fill(commitOnceRetried()));
    const { id } = await create();
    expect(ids()).toEqual([id]);
  });

  test("deletes as many twins as there were unanswered requests, and no more", async () => {
    at("create", lost, lost, () => {
      commit();
      commit();
      commit();
    });
    const error: unknown = await create().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TwinError);
    expect(api.count("delete")).toBe(2);
    expect(ids()).toContain(error instanceof TwinError ? error.created.id : "");
    expect(ids()).toHaveLength(2);
  });

  test("never takes a webhook that was there before", async () => {
    const before = api.add(SPEC);
    at("create", lost);
    const { id } = await create();
    expect(id).not.toBe(before.id);
    expect(api.count("create")).toBe(2);
    expect(api.count("delete")).toBe(0);
    expect(ids()).toHaveLength(2);
  });

  test.each([
    ["whose secret UP42 masks", { secret: "********" }],
    ["whose secret UP42 does not show", { secret: undefined }],
    ["of another stack, with a secret of its own", { secret: "of another stack" }],
    [
      "with its name cut and trimmed, its path respelled",
      { name: " ORDERS ", url: `${SPEC.url}/`, secret: "QW…" },
    ],
    ["with the same URL and another name", { name: "other", secret: undefined }],
    ["with the same name and another URL", { url: "https://example.com/x", secret: undefined }],
    ["with our secret, but created long before we began", { createdAt: "2020-01-01T00:00:00Z" }],
  ])("stops at a new webhook %s: it may be anybody's", async (_case, other) => {
    let id = "";
    at("create", () => {
      ({ id } = api.add({ ...SPEC, createdAt: new Date().toISOString(), ...other }));
      lost();
    });
    const error = await create().then(String, String);
    expect(error).toContain("has a new webhook that may be this one or another owner's");
    expect(error).toContain(id);
    expect(error).not.toContain("canary");
    expect(api.count("create")).toBe(1);
    expect(api.count("delete")).toBe(0);
    expect(ids()).toEqual([id]);
  });

  test("takes its own although UP42 respells it, when the secret shows that it is ours", async () => {
    at("create", () => {
      api.add({ ...SPEC, ...NOW(), name: "Orders", url: `${SPEC.url}/` });
      lost();
    });
    await create();
    expect(api.count("create")).toBe(1);
  });

  test("does not delete another stack's webhook of the same name and URL as a late twin", async () => {
    at("create", lost, () => api.add({ ...SPEC, ...NOW(), secret: "of another stack" }));
    const error: unknown = await create().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TwinError);
    expect(String(error)).toMatch(/id-1 \(created .*\) may be it, or another stack's/);
    expect(api.count("delete")).toBe(0);
    expect(ids()).toHaveLength(2);
  });

  test("that cannot succeed when repeated is not repeated after the look", async () => {
    at("create", () => {
      throw new LostAnswerError("a firewall's web page", { mayRepeat: false });
    });
    await expect(create()).rejects.toThrow("it was not found afterwards, but UP42 may still create it late");
    expect(api.count("create")).toBe(1);
  });

  test("is looked for so often and then is an error that says what may exist", async () => {
    at("create", lost, lost, lost, lost, lost);
    const error = await create().then(String, String);
    expect(api.count("create")).toBe(1 + api.maxRetries);
    expect(error).toContain("UP42's answer was lost");
    expect(error).toContain("Nothing was recorded in the stack");
    expect(error).toContain("A webhook with URL https://example.com/orders may exist in workspace w-1");
    expect(error).not.toContain("canary");
  });

  test("and whose list fails too says that nobody knows", async () => {
    at("create", commitAndLose);
    at("list", nothing, () => {
      throw new TransportError("the network is down", { sent: "maybe" });
    });
    await expect(create()).rejects.toThrow(
      /whether it was created could not be found out either \(the network is down\).*may exist in workspace w-1/s,
    );
    expect(api.count("create")).toBe(1);
  });

  test("is uncertain also when UP42 refuses the next try", async () => {
    at("create", lost, refused);
    await expect(create()).rejects.toThrow("UP42 may still create it late");
  });

  test("whose twin cannot be deleted is created, and says to look for the other", async () => {
    at("create", lost, commit);
    at("delete", () => {
      throw new TransportError("the network is down", { sent: "maybe" });
    });
    const error: unknown = await create().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TwinError);
    expect(error).toHaveProperty(
      "nextStep",
      expect.stringContaining("Look for a second webhook with this name and URL in workspace w-1"),
    );
    expect(ids()).toContain(error instanceof TwinError ? error.created.id : "");
  });

  test("goes on to look although the operation's time is over", async () => {
    at("create", commitAndLose);
    const { id } = await create(1);
    expect(ids()).toEqual([id]);
  });
});

describe("an answer about another webhook", () => {
  test("that was there before answers another request: ours is looked for", async () => {
    const other = api.add({ ...SPEC, name: "another" });
    const answering = jest.spyOn(api, "createWebhook").mockImplementationOnce(async () => {
      commit();
      return await Promise.resolve(other);
    });
    const { id } = await create();
    expect(id).not.toBe(other.id);
    expect(ids()).toEqual([other.id, id]);
    expect(answering).toHaveBeenCalledTimes(1);
  });

  test("that belongs to a resource is not ours", async () => {
    const first = await create();
    jest.spyOn(api, "createWebhook").mockResolvedValueOnce(first);
    const second = await create();
    expect(second.id).not.toBe(first.id);
    expect(ids()).toEqual([first.id, second.id]);
  });

  test.each([
    ["as it was asked for", (name: string) => name],
    ["in UP42's spelling", (name: string) => name.toUpperCase()],
  ])("that a failed create may have brought about is not ours: %s", async (_how, spell) => {
    const url = "https://example.com/another";
    const { secret: _secret, ...spec } = { ...SPEC, name: "another", url };
    const theirs = api.add({ ...spec, ...NOW(), name: spell(spec.name) });
    api.webhooks.delete(theirs.id);
    const answering = jest.spyOn(api, "createWebhook").mockImplementationOnce(async () => {
      api.webhooks.set(theirs.id, theirs);
      return await Promise.resolve(lost());
    });
    await expect(
      createOnce(workspace, spec, { deadline: new Deadline(10_000), report: (line) => lines.push(line) }),
    ).rejects.toThrow(/may be this one or another owner's/);
    answering.mockImplementationOnce(async () => {
      commit();
      return await Promise.resolve(theirs);
    });
    const { id } = await create();
    expect(id).not.toBe(theirs.id);
    expect(ids()).toEqual([theirs.id, id]);
  });
});

test("identical webhooks that are created side by side, all answers lost, are as many as were asked for", async () => {
  const { session, call } = callOver(api, { workspaceId: "w-1", timeoutSeconds: 10 });
  at("create", commitAndLose, lost, commitAndLose, commitAndLose);
  const inputs = { ...SPEC, events: [...SPEC.events], workspaceId: "w-1", ifExists: "create" as const };
  const created = await Promise.all([1, 2, 3].map(async () => await createWebhook(session, call, inputs)));
  expect(new Set(created.map(({ id }) => id))).toEqual(new Set(ids()));
  expect(ids()).toHaveLength(3);
});
