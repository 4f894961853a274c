import type { WebhookState } from "../../provider/src/lifecycle/webhook/fields";
import { updateWebhook } from "../../provider/src/lifecycle/webhook/update";
import { LostAnswerError } from "../../provider/src/up42/errors";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

/** An update to another name, of a webhook that UP42 says it does not have, the first times that it is sent. */
function updateAfter(misses: number, timeoutSeconds = 60) {
  const api = new MemoryApi();
  const { id, ...webhook } = api.add();
  const put = api.updateWebhook.bind(api);
  api.updateWebhook = async (...args) => {
    const changed = await put(...args);
    return api.count("update") > misses ? changed : undefined;
  };
  const state: WebhookState = { ...webhook, events: [...webhook.events], workspaceId: "ws" };
  const { session, call } = callOver(api, { workspaceId: "ws", timeoutSeconds });
  return { api, updated: updateWebhook(session, call, id, state, { ...state, name: "renamed" }) };
}

test("a change of a webhook that UP42 does not have, and still lists, is sent again", async () => {
  const { api, updated } = updateAfter(2);
  expect(await updated).toHaveProperty("name", "renamed");
  expect([api.count("update"), api.count("list")]).toEqual([3, 2]);
});

test("a change that UP42 refuses again and again fails, and may have been made", async () => {
  const { api, updated } = updateAfter(Number.POSITIVE_INFINITY, 0.5);
  await expect(updated).rejects.toThrow(
    "UP42 answers that it does not have it, and still shows it. It may have been changed: `pulumi refresh` finds out. " +
      "Run the command again.",
  );
  expect(api.count("update")).toBeGreaterThan(1);
});

test("a change whose second look fails may have been made", async () => {
  const { api, updated } = updateAfter(1);
  api.fault = (call) => {
    if (call === "list") {
      throw new LostAnswerError("UP42 is away");
    }
  };
  await expect(updated).rejects.toThrow("It may have been changed: `pulumi refresh` finds out");
});
