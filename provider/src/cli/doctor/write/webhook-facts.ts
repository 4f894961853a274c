import { randomBytes, randomUUID } from "node:crypto";
import { isConcealed } from "../../../lifecycle/webhook/compare";
import { AnswerError } from "../../../up42/errors";
import { parseList } from "../../../up42/wire";
import type { Facts } from "./facts";
import { dataOf, field, isRefusal, isSuccess, isUuid, shapeOf } from "./read-reply";
import type { Temporary } from "./temporary";
import type { Reply, Wire } from "./wire";

/** The webhook that the facts are tried with. */
export interface Subject {
  readonly id: string;
  readonly secret: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

const FIELDS = ["id", "url", "name", "active", "events", "createdAt", "updatedAt", "secret"];
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{5,6}Z$/;

/** What is known of lists before anything is created. */
export async function listFacts(wire: Wire, path: string, facts: Facts): Promise<void> {
  const reply = await wire.send(path);
  const isEnvelope = Array.isArray(dataOf(reply)) && field(reply.json, "error") === null;
  facts.documented('A list is {"data": […], "error": null}', isSuccess(reply) && isEnvelope, shapeOf(reply));
  facts.unknown("A list has no pages", hasOnePage(reply), shapeOf(reply));
  const missing = await wire.send(`${path}/${randomUUID()}`);
  facts.documented(
    "A webhook that does not exist is answered with 404",
    missing.status === 404,
    shapeOf(missing),
  );
}

function hasOnePage({ body, link }: Reply): boolean {
  try {
    parseList(body, link);
    return true;
  } catch (error) {
    if (error instanceof AnswerError) {
      return false;
    }
    throw error;
  }
}

/** What is known of creating and reading. @returns the webhook; undefined when UP42 creates none. */
export async function createFacts(
  wire: Wire,
  temporary: Temporary,
  { url, events }: Pick<Subject, "url" | "events">,
  facts: Facts,
): Promise<Subject | undefined> {
  const secret = randomBytes(32).toString("base64url");
  wire.conceal(secret);
  const created = await temporary.create({ url, events, secret });
  const data = dataOf(created);
  const names = Object.keys(typeof data === "object" && data !== null ? data : {});
  const isWhole = FIELDS.every((name) => names.includes(name));
  facts.documented("A create answers the whole webhook", isSuccess(created) && isWhole, shapeOf(created));
  const id = field(data, "id");
  if (typeof id !== "string") {
    return undefined;
  }
  facts.documented("The id is a UUID", isUuid(id), "it is another text");
  facts.documented("A webhook is inactive by default", field(data, "active") === false, shapeOf(created));
  const times = [field(data, "createdAt"), field(data, "updatedAt")].map(String);
  facts.documented(
    "Times are ISO 8601 with microseconds",
    times.every((time) => TIMESTAMP.test(time)),
    `createdAt is ${times[0]}`,
  );
  sameFacts(data, { name: temporary.name, url, events }, facts);
  await secretFacts(wire, temporary.path, { id, secret, created: data }, facts);
  const [createdAt = "", updatedAt = ""] = times;
  return { id, secret, url, events, createdAt, updatedAt };
}

function sameFacts(
  data: unknown,
  sent: { readonly name: string; readonly url: string; readonly events: readonly string[] },
  facts: Facts,
): void {
  for (const name of ["name", "url"] as const) {
    const found = field(data, name);
    facts.unknown(
      `The ${name} comes back as it was sent`,
      found === sent[name],
      `"${String(found)}" for "${sent[name]}"`,
    );
  }
  const events = field(data, "events");
  const isSame = Array.isArray(events) && [...events].sort().join() === [...sent.events].sort().join();
  facts.unknown("The events come back as they were sent", isSame, `${JSON.stringify(events)}`);
}

async function secretFacts(
  wire: Wire,
  path: string,
  { id, secret, created }: { readonly id: string; readonly secret: string; readonly created: unknown },
  facts: Facts,
): Promise<void> {
  const one = await wire.send(`${path}/${id}`);
  facts.documented("A webhook is read by its id", field(dataOf(one), "id") === id, shapeOf(one));
  const list = await wire.send(path);
  const listed = findIn(list, id);
  facts.unknown("A new webhook is in the list at once", listed !== undefined, "it is not");
  const shown = { "by the create": created, "when it is read": dataOf(one), "in the list": listed };
  for (const [when, data] of Object.entries(shown)) {
    const found = field(data, "secret");
    facts.unknown(`A secret is shown in clear ${when}`, found === secret, describeSecret(found));
  }
}

/** How a secret is shown, without it. */
function describeSecret(found: unknown): string {
  if (typeof found !== "string") {
    return "it is left out";
  }
  return found === "" ? "it is empty" : isConcealed(found) ? "it is masked" : "it is another text";
}

export function findIn(list: Reply, id: string): unknown {
  const data = dataOf(list);
  const webhooks: readonly unknown[] = Array.isArray(data) ? data : [];
  return webhooks.find((webhook) => field(webhook, "id") === id);
}

/** What is known of bodies that are accepted or refused. */
export async function bodyFacts(
  temporary: Temporary,
  { url, events }: Pick<Subject, "url" | "events">,
  facts: Facts,
): Promise<void> {
  const same = await temporary.create({ url, events, secret: null });
  facts.unknown("Two webhooks can have the same URL", isSuccess(same), shapeOf(same));
  const other = isSuccess(same)
    ? same
    : await temporary.create({ url: `${url}/other`, events, secret: null });
  const isNone = isSuccess(other) && field(dataOf(other), "secret") === "";
  facts.documented('"secret": null means none, and comes back as ""', isNone, shapeOf(other));
  const unknown = await temporary.create({ url: `${url}/unknown`, events, pulumiUp42Doctor: true });
  facts.unknown("Fields that UP42 does not document are ignored", isSuccess(unknown), shapeOf(unknown));
  const plain = await temporary.create({ url: "http://pulumi-up42-doctor.invalid/", events });
  facts.documented("A URL with http:// is refused with 400", plain.status === 400, shapeOf(plain));
  facts.unknown(
    'A refusal is {"data": null, "error": {"code", "message", …}}',
    isRefusal(plain),
    shapeOf(plain),
  );
  const noEvent = await temporary.create({ url: `${url}/event`, events: ["no.such.event"] });
  facts.unknown("An unknown event is refused with 400", noEvent.status === 400, shapeOf(noEvent));
}
