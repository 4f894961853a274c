import { parseAnswer, schemas } from "../../../up42/wire";
import type { Facts } from "./facts";
import { dataOf, field, isSuccess, shapeOf } from "./read-reply";
import type { Wire } from "./wire";

const FIELDS = ["name", "title", "category", "description", "documentation"];

/** What is known of the events. @returns their names. */
export async function eventFacts(wire: Wire, facts: Facts): Promise<readonly string[]> {
  const open = await wire.send("/webhooks/events", { token: null });
  facts.documented("The events are listed without a token", isSuccess(open), shapeOf(open));
  const reply = isSuccess(open) ? open : await wire.send("/webhooks/events");
  const data = dataOf(reply);
  const events: readonly unknown[] = Array.isArray(data) ? data : [];
  const isWhole = events.every((event) => FIELDS.every((name) => typeof field(event, name) === "string"));
  facts.documented(
    `An event has ${FIELDS.join(", ")}`,
    events.length > 0 && isWhole,
    `${shapeOf(reply)}; the first has ${Object.keys(events[0] ?? {}).join(", ")}`,
  );
  const names = parseAnswer(schemas.events, reply.body).data.map(({ name }) => name);
  facts.documented(
    "order.status is an event",
    names.includes("order.status"),
    `there are ${names.join(", ")}`,
  );
  facts.unknown(
    "job.status is still an event",
    names.includes("job.status"),
    `there are ${names.join(", ")}`,
  );
  return names;
}
