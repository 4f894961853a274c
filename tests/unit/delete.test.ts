import { deleteWebhook } from "../../provider/src/lifecycle/webhook/delete";
import { webhookLifecycle } from "../../provider/src/lifecycle/webhook/webhook";
import type { RemoteWebhook } from "../../provider/src/up42/webhook";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

const LATER = "2030-01-01T00:00:00Z";

function setUp() {
  const api = new MemoryApi();
  const own = callOver(api);
  const remove = async ({ id, ...webhook }: RemoteWebhook): Promise<void> => {
    await deleteWebhook(own.session, own.call, id, {
      ...webhook,
      events: [...webhook.events],
      workspaceId: "ws",
    });
  };
  return { api, ...own, claims: own.session.claims, remove };
}

test("many webhooks that nobody has written since are deleted after one list", async () => {
  const { api, remove } = setUp();
  const webhooks = Array.from({ length: 20 }, () => api.add());
  await Promise.all(webhooks.map(remove));
  expect(api.webhooks.size).toBe(0);
  expect([api.count("list"), api.count("delete"), api.calls.length]).toEqual([1, 20, 21]);
});

describe("a webhook that was written since", () => {
  test("is kept, with both times and the ways out", async () => {
    const { api, remove } = setUp();
    const webhook = api.add();
    api.add({ ...webhook, updatedAt: LATER });
    await expect(remove(webhook)).rejects.toThrow(
      new RegExp(
        `^Failed to delete webhook "alerts" \\(${webhook.id}\\): it was changed at UP42 on ${LATER}, after this stack last ` +
          `saw it \\(${webhook.updatedAt}\\).*It was kept\\. If another .* Else run \`pulumi refresh\``,
      ),
    );
    expect(api.count("delete")).toBe(0);
  });

  test("stays with the entry of the stack that has written it, without a request", async () => {
    const { api, claims, lines, remove } = setUp();
    const webhook = api.add();
    claims.adopt({ id: webhook.id, updatedAt: LATER });
    await remove(webhook);
    expect(api.calls).toEqual([]);
    expect(lines).toEqual([expect.stringContaining("stays at UP42: another resource of this stack has it")]);
  });

  test("is left to the entry that knows it as it is now, when both are deleted", async () => {
    const { api, remove } = setUp();
    const webhook = api.add();
    const now = api.add({ ...webhook, updatedAt: LATER });
    await Promise.all([remove(now), remove(webhook)]);
    expect(api.calls.filter((call) => call.startsWith("delete"))).toEqual([`delete ${webhook.id}`]);
    expect(api.webhooks.size).toBe(0);
  });

  test("is deleted by a state of old that does not say when it was written", async () => {
    const { api, remove } = setUp();
    await remove({ ...api.add(), updatedAt: "" });
    expect(api.webhooks.size).toBe(0);
  });
});

describe("a webhook whose adoption is taken back", () => {
  /** The entry that stays in the program, and how the other one, which is deleted, has adopted the webhook. */
  async function takenBack(adoption: Partial<RemoteWebhook> = {}) {
    const own = setUp();
    const before = own.api.add({ secret: "s3cret" });
    const adopted = own.api.add({ ...before, ...adoption, updatedAt: LATER });
    const { id, ...state } = before;
    const inputs = { ...state, workspaceId: "ws" };
    expect((await webhookLifecycle.diff(own.call, id, inputs, inputs)).changed).toEqual([]);
    return { ...own, before, adopted };
  }

  test.each([{ events: ["job.status"] }, { active: false }, { secret: "another" }, { secret: undefined }])(
    "with %j is again as the program says",
    async (adoption) => {
      const { api, lines, before, adopted, remove } = await takenBack(adoption);
      await remove(adopted);
      expect(api.webhooks.get(before.id)).toEqual({ ...before, updatedAt: expect.any(String) });
      expect(lines).toEqual([expect.stringContaining("changed back to what that resource says")]);
    },
  );

  test("without a change is left as it is, without a request", async () => {
    const { api, lines, adopted, remove } = await takenBack();
    await remove(adopted);
    expect(api.calls).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(/another resource of this stack has it\.$/)]);
  });

  test("is not overwritten when it was changed once more, and the error names the way out", async () => {
    const { api, adopted, remove } = await takenBack({ active: false });
    api.add({ ...adopted, updatedAt: "2031-01-01T00:00:00Z" });
    await expect(remove(adopted)).rejects.toThrow(
      "another resource of this stack has it, and has not seen its last change. Run `pulumi refresh`, and then " +
        '`pulumi up` with ifExists: "adopt" for that resource.',
    );
    expect(api.count("update")).toBe(0);
  });

  test("for a resource of another process is reported, since nothing here shows what the program says", async () => {
    const { api, claims, remove } = setUp();
    const webhook = api.add();
    claims.add({ id: webhook.id, updatedAt: "2020-01-01T00:00:00Z" });
    await expect(remove(webhook)).rejects.toThrow("has not seen its last change");
    expect(api.webhooks.size).toBe(1);
  });
});

describe("a delete", () => {
  test("that UP42 accepts and carries out later is done when a look shows it", async () => {
    const { api, remove } = setUp();
    const webhook = api.add();
    api.deleteWebhook = async () => await Promise.resolve("unconfirmed");
    api.fault = (call) => {
      if (api.count("get") === 2 && call.startsWith("get")) {
        api.webhooks.clear();
      }
    };
    await remove(webhook);
    expect(api.count("get")).toBe(2);
  });

  test.each(["unconfirmed", "missing"] as const)(
    "that is answered %s while the list has it fails",
    async (answer) => {
      const { api, remove } = setUp();
      const webhook = api.add();
      api.deleteWebhook = async () => await Promise.resolve(answer);
      await expect(remove(webhook)).rejects.toThrow(
        /UP42 answers as if it were deleted, and still shows it\./,
      );
    },
  );
});
