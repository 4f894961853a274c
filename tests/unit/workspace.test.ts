import { setTimeout } from "node:timers/promises";
import { Claims } from "../../provider/src/lifecycle/claims";
import { putWebhook } from "../../provider/src/lifecycle/webhook/put";
import { Workspace } from "../../provider/src/lifecycle/workspace";
import { ApiError, TransportError } from "../../provider/src/up42/errors";
import { Deadline, type Operation } from "../../provider/src/up42/operation";
import type { RemoteWebhook } from "../../provider/src/up42/webhook";
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
  return { api, ids, lines, operation, workspace: new Workspace(api, "ws", new Claims()) };
}

describe("reads", () => {
  test("of a few webhooks are single requests", async () => {
    const { api, ids, operation, workspace } = setUp(3);
    for (const id of ids) {
      expect(await workspace.read(id, "", operation)).toBe(api.webhooks.get(id));
    }
    expect(api.calls).toEqual(ids.map((id) => `get ${id}`));
  });

  test("of many are three requests and one list", async () => {
    const { api, ids, operation, workspace } = setUp(500);
    const read = await Promise.all(ids.map(async (id) => await workspace.read(id, "", operation)));
    expect(read.map((webhook) => webhook?.id)).toEqual(ids);
    expect(api.count("get")).toBe(3);
    expect(api.count("list")).toBe(1);
  });

  test("see our own writes, which a list may be too old for", async () => {
    const { api, ids, operation, workspace } = setUp(6);
    await Promise.all(ids.map(async (id) => await workspace.read(id, "", operation)));
    const [first = "", second = ""] = ids;
    await putWebhook(workspace, { id: first, createdAt: "" }, { ...SPEC, name: "changed" }, operation);
    api.webhooks.delete(second);
    workspace.forget(second);
    expect(await workspace.read(first, "", operation)).toHaveProperty("name", "changed");
    expect(await workspace.read(second, "", operation)).toBeUndefined();
    expect(api.count("list")).toBe(1);
  });

  test("of what a list lacks are read one by one", async () => {
    const { api, ids, operation, workspace } = setUp(5);
    await Promise.all(ids.map(async (id) => await workspace.read(id, "", operation)));
    const late = api.add();
    expect(await workspace.read(late.id, "", operation)).toBe(late);
    expect(await workspace.read("never-there", "", operation)).toBeUndefined();
    expect(api.calls.slice(-2)).toEqual([`get ${late.id}`, "get never-there"]);
    expect(api.count("list")).toBe(1);
  });

  test("do not count as gone by one answer alone", async () => {
    const { api, ids, operation, workspace } = setUp(1);
    const get = api.getWebhook.bind(api);
    let stale = true;
    api.getWebhook = async (workspaceId, id) => {
      const webhook = await get(workspaceId, id);
      const answer = stale ? undefined : webhook;
      stale = false;
      return answer;
    };
    expect(await workspace.read(ids[0] ?? "", "", operation)).toBe(api.webhooks.get(ids[0] ?? ""));
  });

  test("believe that a new webhook is gone only by a list that was asked for when it would show", async () => {
    const { api, operation, workspace } = setUp();
    const createdAt = new Date().toISOString();
    let added: RemoteWebhook | undefined;
    api.fault = async (call) => {
      if (call !== "list") {
        return;
      }
      if (api.count("list") > 1) {
        added ??= api.add({ createdAt });
      }
      // The first answer comes when the webhook would show.
      else {
        await setTimeout(2 * api.attemptTimeoutMs);
      }
    };
    expect(await workspace.confirmGone("id-1", createdAt, operation)).toBe(added);
    expect(added).toBeDefined();
  });

  test("believe nothing when the time is over before that", async () => {
    const { operation, workspace } = setUp();
    const young = { ...operation, deadline: new Deadline(0) };
    await expect(workspace.confirmGone("id-1", new Date().toISOString(), young)).rejects.toThrow(
      /UP42 does not show it, which may be because it is new/,
    );
  });

  test("fall back to single requests when the list fails", async () => {
    const { api, ids, lines, operation, workspace } = setUp(6);
    api.fault = (call) => {
      if (call === "list") {
        throw new TransportError("GET /webhooks failed: ECONNRESET", { sent: "maybe" });
      }
    };
    const read = await Promise.all(ids.map(async (id) => await workspace.read(id, "", operation)));
    expect(read.map((webhook) => webhook?.id)).toEqual(ids);
    expect(lines.filter((line) => line.includes("ECONNRESET"))).not.toEqual([]);
    await workspace.read(ids[0] ?? "", "", operation);
    expect(api.count("list")).toBe(1);
  });

  test("fall back to single requests when the list shows less", async () => {
    const { api, ids, operation, workspace } = setUp(6);
    const list = api.listWebhooks.bind(api);
    api.listWebhooks = async () => (await list()).map((webhook) => ({ ...webhook, secret: undefined }));
    const read = await Promise.all(ids.map(async (id) => await workspace.read(id, "", operation)));
    expect(read.map((webhook) => webhook?.secret)).toEqual(ids.map(() => "s"));
    expect(api.count("get")).toBe(6);
  });

  test("of what no list has, though one was read well, find that it is gone", async () => {
    const { api, operation, workspace } = setUp(1);
    expect(await workspace.read("gone", "2026-01-01T00:00:00Z", operation)).toBeUndefined();
    expect(api.calls).toEqual(["get gone", "list"]);
  });

  test("of a new webhook look again until UP42 shows it", async () => {
    const { api, ids, operation, workspace } = setUp(1);
    const all = [...api.webhooks];
    api.webhooks.clear();
    api.fault = () => {
      if (api.count("list") === 2) {
        for (const [id, webhook] of all) {
          api.webhooks.set(id, webhook);
        }
      }
    };
    expect(await workspace.read(ids[0] ?? "", new Date().toISOString(), operation)).toHaveProperty(
      "id",
      ids[0],
    );
  });

  test("do not find that it is gone while no list can be read", async () => {
    const { api, operation, workspace } = setUp();
    api.fault = (call) => {
      if (call === "list") {
        throw new TransportError("reset", { sent: "maybe" });
      }
    };
    await expect(workspace.read("gone", "", operation)).rejects.toThrow("reset");
  });

  test("fail when UP42 fails, and do not take that for gone", async () => {
    const { api, operation, workspace } = setUp(1);
    api.fault = () => {
      throw new ApiError({
        method: "GET",
        url: "u",
        status: 403,
        message: "no",
        isOwn: true,
        isForeign: false,
      });
    };
    await expect(workspace.read("id-1", "", operation)).rejects.toThrow(/HTTP 403/);
  });
});

describe("what was there before", () => {
  test("is read once, and does not hold what we created since", async () => {
    const { api, operation, workspace } = setUp();
    const before = api.add(SPEC);
    expect([...(await workspace.before(operation)).keys()]).toEqual([before.id]);
    workspace.created(await api.createWebhook("ws", SPEC));
    expect([...(await workspace.before(operation)).keys()]).toEqual([before.id]);
    expect(api.count("list")).toBe(1);
  });

  test("no longer holds what we deleted", async () => {
    const { api, operation, workspace } = setUp();
    const { id } = api.add(SPEC);
    expect((await workspace.before(operation)).size).toBe(1);
    api.webhooks.delete(id);
    workspace.forget(id);
    expect((await workspace.before(operation)).size).toBe(0);
  });

  test("is read again when the list failed", async () => {
    const { api, operation, workspace } = setUp(1);
    api.fault = () => {
      api.fault = () => undefined;
      throw new TransportError("reset", { sent: "maybe" });
    };
    await expect(workspace.before(operation)).rejects.toThrow("reset");
    expect((await workspace.before(operation)).size).toBe(1);
  });
});
