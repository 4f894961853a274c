import { setTimeout } from "node:timers/promises";
import type { Facts } from "./facts";
import { dataOf, field, isSuccess, shapeOf } from "./read-reply";
import type { Temporary } from "./temporary";
import { findIn, type Subject } from "./webhook-facts";
import type { Wire } from "./wire";

/** So that two writes do not happen in the same millisecond. */
const PAUSE_MS = 20;

/** What is known of edits. The webhook stays inactive, and has its secret again in the end. */
export async function editFacts(
  wire: Wire,
  temporary: Temporary,
  { id, url, events, secret, createdAt, updatedAt }: Subject,
  facts: Facts,
): Promise<void> {
  const path = `${temporary.path}/${id}`;
  const whole = { name: `${temporary.name} edited`, url, events, active: false };
  const edit = async (json: object) => await wire.send(path, { method: "PUT", json });
  await setTimeout(PAUSE_MS);
  const edited = await edit({ ...whole, secret });
  const data = dataOf(edited);
  const isEdited = field(data, "id") === id && field(data, "name") === whole.name;
  facts.documented(
    "An edit answers the webhook as it is then",
    isSuccess(edited) && isEdited,
    shapeOf(edited),
  );
  facts.documented(
    "An edit leaves createdAt as it was",
    field(data, "createdAt") === createdAt,
    shapeOf(edited),
  );
  const moved = Date.parse(String(field(data, "updatedAt"))) > Date.parse(updatedAt);
  facts.documented("Every edit moves updatedAt", moved, `it stays ${updatedAt}`);
  const isShown = field(data, "secret") === secret;
  const without = await edit(whole);
  const statement = "An edit without a secret removes it";
  if (isShown) {
    facts.unknown(statement, field(dataOf(without), "secret") === "", shapeOf(without));
  } else {
    facts.notTried("unknown", statement, "UP42 does not show secrets");
  }
  const emptied = await edit({ ...whole, secret: "" });
  facts.unknown('An edit with the secret "" succeeds', isSuccess(emptied), shapeOf(emptied));
  await edit({ ...whole, secret });
}

/** What is known of deleting; the webhook is gone then. */
export async function deleteFacts(
  wire: Wire,
  temporary: Temporary,
  { id }: Subject,
  facts: Facts,
): Promise<void> {
  const path = `${temporary.path}/${id}`;
  const deleted = await wire.send(path, { method: "DELETE" });
  facts.unknown(
    "A delete is answered with 204 and no body",
    deleted.status === 204 && deleted.body === "",
    shapeOf(deleted),
  );
  const one = await wire.send(path);
  facts.unknown("A deleted webhook is gone at once", one.status === 404, shapeOf(one));
  const listed = findIn(await wire.send(temporary.path), id);
  facts.unknown("A deleted webhook is not in the list any more", listed === undefined, "it still is");
  const again = await wire.send(path, { method: "DELETE" });
  facts.documented("Deleting it again is answered with 404", again.status === 404, shapeOf(again));
}
