import * as v from "valibot";
import { NotificationError, verifyNotification } from "../../../receiver";
import type { Facts } from "./facts";
import { dataOf, field, isSuccess, shapeOf } from "./read-reply";
import type { Receiver } from "./receiver";
import type { Temporary } from "./temporary";
import type { Subject } from "./webhook-facts";
import type { Reply, Wire } from "./wire";

const TestRun = v.object({
  data: v.object({
    startedAt: v.string(),
    testsRun: v.number(),
    testsSucceeded: v.number(),
    testsFailed: v.number(),
    tests: v.array(
      v.object({
        eventName: v.string(),
        success: v.boolean(),
        message: v.string(),
        response: v.string(),
        startedAt: v.string(),
      }),
    ),
  }),
});
/** What up42-emulator signs. */
const SIGNED = ["host", "date", "content-type", "digest"];

/** What is known of tests, and of the notifications that they send, if this machine can be reached. */
export async function testFacts(
  wire: Wire,
  temporary: Temporary,
  subject: Subject,
  receiver: Receiver | undefined,
  facts: Facts,
): Promise<void> {
  const path = `${temporary.path}/${subject.id}/tests`;
  const test = async (json?: object) => await wire.send(path, { method: "POST", ...(json && { json }) });
  const all = await test({});
  facts.documented(
    "A test answers each event's result and their numbers",
    v.is(TestRun, all.json),
    shapeOf(all),
  );
  facts.unknown("An inactive webhook is tested, too", isSuccess(all), shapeOf(all));
  const subscribed = subject.events.join();
  facts.documented(
    "A test without eventNames tests all events",
    tested(all) === subscribed,
    `it tests ${tested(all)}`,
  );
  const received = receiver?.take();
  const noBody = await test();
  facts.documented("A test needs no body", tested(noBody) === subscribed, shapeOf(noBody));
  const [first = ""] = subject.events;
  const one = await test({ eventNames: [first] });
  facts.documented(
    "eventNames says which events are tested",
    tested(one) === first,
    `it tests ${tested(one)}`,
  );
  notificationFacts(received, subject, facts);
}

function tested(reply: Reply): string {
  const tests = field(dataOf(reply), "tests");
  const names = Array.isArray(tests) ? tests.map((test: unknown) => String(field(test, "eventName"))) : [];
  return names.sort().join();
}

function notificationFacts(
  received: ReturnType<Receiver["take"]> | undefined,
  { secret, events }: Subject,
  facts: Facts,
): void {
  const arrives = "A test sends one POST per event";
  const statements = {
    verified: "A notification is signed, and this package verifies it",
    test: 'A test\'s notification has "liveMode": false',
    headers: `A signature covers ${SIGNED.join(", ")}`,
    body: "A signature covers a digest of the body",
  };
  if (received === undefined) {
    const why = "UP42 cannot reach this machine: name an address that leads here with --receiver";
    facts.notTried("documented", arrives, why);
    for (const [name, statement] of Object.entries(statements)) {
      facts.notTried(name === "headers" || name === "body" ? "unknown" : "documented", statement, why);
    }
    return;
  }
  const isEach = received.length === events.length && received.every(({ method }) => method === "POST");
  facts.documented(arrives, isEach, `${received.length} requests for ${events.length} events`);
  const results = received.map((request) => verify(request, secret));
  const codes = results.flatMap(({ code }) => code ?? []);
  const hasAny = results.length > 0;
  facts.documented(statements.verified, hasAny && codes.length === 0, codes.join(", ") || "nothing arrived");
  const verified = results.flatMap(({ value }) => value ?? []);
  const isTest = hasAny && verified.every(({ notification }) => notification.liveMode === false);
  facts.documented(statements.test, isTest, "it has not");
  const covered = verified[0]?.signedHeaders.join(", ") ?? "nothing that is known";
  facts.unknown(statements.headers, covered === SIGNED.join(", "), `it covers ${covered}`);
  const isBound = verified.length > 0 && verified.every(({ bodyBound }) => bodyBound);
  facts.unknown(statements.body, isBound, "it does not");
}

function verify(
  request: ReturnType<Receiver["take"]>[number],
  secret: string,
): { readonly value?: ReturnType<typeof verifyNotification>; readonly code?: string } {
  try {
    return { value: verifyNotification(request, { secret }) };
  } catch (error) {
    if (error instanceof NotificationError) {
      return { code: error.code };
    }
    throw error;
  }
}
