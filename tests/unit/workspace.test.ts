import { Workspace } from "../../provider/src/lifecycle/workspace";
import { ApiError, TransportError } from "../../provider/src/up42/errors";
import { Deadline, type Operation } from "../../provider/src/up42/operation";
import { MemoryApi } from "../support/memory-api";

const SPEC = { name: "alerts", url: "https://example.com/up42", events: ["order.status"], active: true };

function setUp(webhooks = 0) {
  const api = new MemoryApi();
  const ids = Array.from({ length: webhooks }, (_, index) => api.add({ name: `n${index}`, secret: "s" }).id);
  const lines: string[] = [];
  const operation: Operation = {
    deadline: new Deadline(2_000),
    report: (line) => lines.push(line),
  };
  return { api, ids, lines, operation, workspace: new Workspace(api, "ws") };
}

describe("reads", () => {
  test("of a few webhooks are single requests", async () => {
    const { api, ids, operation, workspace } = setUp(3);
    for (const id of ids) {
      expect(await workspace.read(id, operation)).toBe(api.webhooks.get(id));
    }
    expect(api.calls).toEqual(ids.map((id) => `get ${id}`));
  });

  test("of many are three requests and one list", async () => {
    const { api, ids, operation, workspace } = setUp(500);
    const read = await Promise.all(ids.map(async (id) => await workspace.read(id, operation)));
    expect(read.map((webhook) => webhook?.id)).toEqual(ids);
    expect(api.count("get")).toBe(3);
    expect(api.count("list")).toBe(1);
  });

  test("see our own writes, which a list may be too old for", async () => {
    const { api, ids, operation, workspace } = setUp(6);
    await Promise.all(ids.map(async (id) => await workspace.read(id, operation)));
    const [first = "", second = ""] = ids;
    await workspace.update(first, { ...SPEC, name: "changed" }, operation);
    await workspace.delete(second, operation);
    expect(await workspace.read(first, operation)).toHaveProperty("name", "changed");
    expect(await workspace.read(second, operation)).toBeUndefined();
    expect(api.count("list")).toBe(1);
  });

  test("of what a list lacks are asked for one by one", async () => {
    const { api, ids, operation, workspace } = setUp(5);
    await Promise.all(ids.map(async (id) => await workspace.read(id, operation)));
    const late = api.add();
    expect(await workspace.read(late.id, operation)).toBe(late);
    expect(await workspace.read("never-there", operation)).toBeUndefined();
    expect(api.calls.slice(-3)).toEqual([`get ${late.id}`, "get never-there", "get never-there"]);
  });

  test("are not taken for gone by one answer alone", async () => {
    const { api, ids, operation, workspace } = setUp(1);
    const get = api.getWebhook.bind(api);
    let stale = true;
    api.getWebhook = async (workspaceId, id) => {
      const webhook = await get(workspaceId, id);
      const answer = stale ? undefined : webhook;
      stale = false;
      return answer;
    };
    expect(await workspace.read(ids[0] ?? "", operation)).toBe(api.webhooks.get(ids[0] ?? ""));
  });

  test("fall back to single requests when the list fails", async () => {
    const { api, ids, lines, operation, workspace } = setUp(6);
    api.fault = (call) => {
      if (call === "list") {
        throw new TransportError("GET /webhooks failed: ECONNRESET", { sent: "maybe" });
      }
    };
    const read = await Promise.all(ids.map(async (id) => await workspace.read(id, operation)));
    expect(read.map((webhook) => webhook?.id)).toEqual(ids);
    expect(lines.filter((line) => line.includes("ECONNRESET"))).not.toEqual([]);
    await workspace.read(ids[0] ?? "", operation);
    expect(api.count("list")).toBe(1);
  });

  test("fall back to single requests when the list tells less", async () => {
    const { api, ids, operation, workspace } = setUp(6);
    const list = api.listWebhooks.bind(api);
    api.listWebhooks = async () => (await list()).map((webhook) => ({ ...webhook, secret: undefined }));
    const read = await Promise.all(ids.map(async (id) => await workspace.read(id, operation)));
    expect(read.map((webhook) => webhook?.secret)).toEqual(ids.map(() => "s"));
    expect(api.count("get")).toBe(6);
  });

  test("fail when UP42 fails, and do not take that for gone", async () => {
    const { api, operation, workspace } = setUp(1);
    api.fault = () => {
      throw new ApiError("read", { method: "GET", url: "u", status: 403, message: "no", isWebPage: false });
    };
    await expect(workspace.read("id-1", operation)).rejects.toThrow(/HTTP 403/);
  });
});

describe("deletes", () => {
  /** The next deletes answer "not found", though the webhook is there: the answers to other requests. */
  function answeredWrongly(api: MemoryApi, times: number): void {
    const remove = api.deleteWebhook.bind(api);
    let left = times;
    api.deleteWebhook = async (workspaceId, id) => {
      left -= 1;
      return left < 0 ? await remove(workspaceId, id) : false;
    };
  }

  test("of what is gone are two requests", async () => {
    const { api, operation, workspace } = setUp();
    expect(await workspace.delete("gone", operation)).toBe(false);
    expect(api.calls).toEqual(["delete gone", "get gone"]);
  });

  test("are repeated when the webhook is there after all", async () => {
    const { api, ids, operation, workspace } = setUp(1);
    answeredWrongly(api, 1);
    expect(await workspace.delete(ids[0] ?? "", operation)).toBe(true);
    expect(api.webhooks.size).toBe(0);
  });

  test("fail when UP42 goes on contradicting itself, and do not forget the webhook", async () => {
    const { api, ids, operation, workspace } = setUp(1);
    answeredWrongly(api, 9);
    await expect(workspace.delete(ids[0] ?? "", operation)).rejects.toThrow(
      /does not exist, and yet shows it/,
    );
    expect([...(await workspace.before(operation)).keys()]).toEqual(ids);
  });
});

describe("what was there before", () => {
  test("is asked for once, and does not hold what we created since", async () => {
    const { api, operation, workspace } = setUp();
    const before = api.add(SPEC);
    expect([...(await workspace.before(operation)).keys()]).toEqual([before.id]);
    workspace.created(await workspace.create(SPEC, operation));
    expect([...(await workspace.before(operation)).keys()]).toEqual([before.id]);
    expect(api.count("list")).toBe(1);
  });

  test("no longer holds what we deleted", async () => {
    const { api, operation, workspace } = setUp();
    const { id } = api.add(SPEC);
    expect(await workspace.twinsBefore(SPEC, operation)).toHaveLength(1);
    await workspace.delete(id, operation);
    expect(await workspace.twinsBefore(SPEC, operation)).toEqual([]);
  });

  test("is asked for again when the list failed", async () => {
    const { api, operation, workspace } = setUp(1);
    api.fault = () => {
      api.fault = () => undefined;
      throw new TransportError("reset", { sent: "maybe" });
    };
    await expect(workspace.before(operation)).rejects.toThrow("reset");
    expect((await workspace.before(operation)).size).toBe(1);
  });
});
