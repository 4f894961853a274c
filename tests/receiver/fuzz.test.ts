import fc from "fast-check";
import {
  type HeadersInput,
  NotificationError,
  type NotificationRequest,
  requestFromApiGateway,
  type VerifiedNotification,
  verifyNodeRequest,
  verifyNotification,
  verifyNotificationAsync,
} from "../../provider/src/receiver";
import { sign } from "./sign";
import { JOB_STATUS, NOW, OPTIONS, SECRET } from "./support";

const RUNS = { seed: 7_042, numRuns: 10_000 };
const BODY = JSON.stringify(JOB_STATUS);

/** Text that is close to what the parsers look for. */
const fragment = fc.oneof(
  fc.constantFrom(
    "up42-sig=",
    "up42-sig",
    "(",
    ")",
    '"',
    '"date"',
    '"digest"',
    '"@method"',
    ";",
    ",",
    "=",
    ":",
    "\\",
  ),
  fc.constantFrom(
    ";created=",
    `;created=${NOW}`,
    ";keyid=",
    ";expires=1",
    " ",
    "\t",
    "SHA-256=",
    "sha-256=:",
    "?1",
    "@1",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.base64String({ maxLength: 44 }),
  fc.integer().map(String),
);
const text = fc.array(fragment, { maxLength: 20 }).map((parts) => parts.join(""));

const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constant(undefined));
const name = fc.oneof(
  fc.constantFrom(
    "Signature",
    "signature",
    "Signature-Input",
    "signature-input",
    "date",
    "Date",
    "Digest",
    "digest",
  ),
  fc.string({ maxLength: 10 }),
  fc.constantFrom("__proto__", "constructor", "toString", "content-digest"),
);
/** Well formed, so that what comes after the parsing is reached too. */
const wellFormed: fc.Arbitrary<HeadersInput> = fc.record({
  "signature-input": fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...["date", "digest", 'date" "digest'].map(listing)) },
    text,
  ),
  signature: fc.oneof(
    { weight: 3, arbitrary: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(signatureOf) },
    text,
  ),
  date: value,
  digest: value,
});
const headers: fc.Arbitrary<HeadersInput> = fc.oneof(
  fc.dictionary(name, value, { maxKeys: 8 }),
  fc.array(fc.tuple(name, value), { maxLength: 8 }),
  wellFormed,
);
const body: fc.Arbitrary<NotificationRequest["body"]> = fc.oneof(
  fc.constant(BODY),
  fc.string({ unit: "binary" }),
  fc.uint8Array(),
  fc.json(),
);

function listing(names: string): string {
  return `up42-sig=("${names}");created=${NOW}`;
}

function signatureOf(bytes: Uint8Array): string {
  return `up42-sig=${Buffer.from(bytes).toString("base64")}`;
}

/** What verifying gives; fails on any error but the typed one. */
function outcome(request: NotificationRequest): VerifiedNotification | NotificationError {
  try {
    return verifyNotification(request, OPTIONS);
  } catch (error) {
    if (error instanceof NotificationError) {
      return error;
    }
    throw error;
  }
}

test("10,000 random requests: all refused, with the typed error", () => {
  const codes = new Set<string>();
  fc.assert(
    fc.property(headers, body, (randomHeaders, randomBody) => {
      const refused = outcome({ headers: randomHeaders, body: randomBody });
      expect(refused).toBeInstanceOf(NotificationError);
      if (refused instanceof NotificationError) {
        codes.add(refused.code);
      }
    }),
    RUNS,
  );
  expect([...codes]).toEqual(
    expect.arrayContaining([
      "malformed_signature_input",
      "malformed_signature",
      "signed_header_missing",
      "signature_mismatch",
    ]),
  );
});

test("1,000 random requests, good and bad: Web Crypto gives what node:crypto does", async () => {
  const good = sign({
    secret: SECRET,
    body: BODY,
    digest: "content-digest",
    algorithm: "sha512",
    created: NOW,
  });
  const changed = fc.record({
    ...Object.fromEntries(Object.keys(good.headers).map((key) => [key, fc.constant(good.headers[key])])),
    date: fc.oneof(fc.constant(good.headers.date), value),
  });
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(headers, changed),
      fc.oneof(fc.constant(BODY), body),
      async (randomHeaders, randomBody) => {
        const request = { headers: randomHeaders, body: randomBody };
        const expected = outcome(request);
        const result = await verifyNotificationAsync(request, OPTIONS).catch((error: unknown) => error);
        expect(result).toEqual(expected);
        if (expected instanceof NotificationError) {
          expect(result).toMatchObject({ code: expected.code });
        } else {
          accepted += 1;
        }
      },
    ),
    { ...RUNS, numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(10);
});

test("10,000 requests signed with another secret and damaged: all refused", () => {
  const codes = new Set<string>();
  const damage = fc.record({
    header: fc.constantFrom("signature", "signature-input", "date", "digest"),
    from: fc.nat(120),
    length: fc.nat(10),
    insert: fc.oneof(fragment, fc.constant("")),
  });
  const forged = sign({ secret: `${SECRET}!`, body: BODY, digest: "digest", created: NOW });
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 3 }), body, (damages, randomBody) => {
      const damaged = { ...forged.headers };
      for (const { header, from, length, insert } of damages) {
        const good = damaged[header] ?? "";
        damaged[header] = good.slice(0, from) + insert + good.slice(from + length);
      }
      const refused = outcome({ headers: damaged, body: randomBody });
      expect(refused).toBeInstanceOf(NotificationError);
      if (refused instanceof NotificationError) {
        codes.add(refused.code);
      }
    }),
    RUNS,
  );
  expect(codes.size).toBeGreaterThanOrEqual(8);
});

test("10,000 well signed requests with random bodies: a whole notification or the typed error", () => {
  const fields = fc.dictionary(fc.constantFrom("jobId", "status", "tasks", "startedAt", "x"), fc.jsonValue());
  const nearly = fc
    .tuple(
      fc.dictionary(fc.constantFrom("event", "liveMode", "messageId", "timestamp", "body"), fc.jsonValue()),
      fields,
      fc.constantFrom("job.status", "order.status", "other"),
    )
    .map(([broken, inner, event]) =>
      JSON.stringify({ ...JOB_STATUS, event, body: { ...JOB_STATUS.body, ...inner }, ...broken }),
    );
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(nearly, fc.json(), fc.string()), (randomBody) => {
      const result = outcome(sign({ secret: SECRET, body: randomBody, digest: "digest", created: NOW }));
      if (result instanceof NotificationError) {
        expect(["malformed_body", "unexpected_body"]).toContain(result.code);
        return;
      }
      accepted += 1;
      const { event, messageId, timestamp, liveMode } = result.notification;
      expect([event, messageId, timestamp, liveMode].map((field) => typeof field)).toEqual([
        "string",
        "string",
        "string",
        "boolean",
      ]);
    }),
    RUNS,
  );
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(RUNS.numRuns);
});

// As long as is let in, and of what makes careless parsers take quadratic time or more. Would exceed the test's time.
test.each(['"', "(", " ", ",", ";a", '\\"', "=", "a=(", 'up42-sig=("', "up42-sig=,", "=:", "\t", "%"])(
  "a header of nothing but %j is refused",
  (unit) => {
    const long = unit.repeat(Math.floor((16 * 1024) / unit.length));
    const good = sign({ secret: SECRET, body: BODY, digest: "digest", created: NOW }).headers;
    for (const header of ["signature", "signature-input", "date", "digest"]) {
      const spread = { ...good, [header]: `${good[header]?.slice(0, 20)}${long}`.slice(0, 16 * 1024) };
      expect(outcome({ headers: spread, body: BODY })).toBeInstanceOf(NotificationError);
    }
  },
);

// What is quadratic takes minutes for a megabyte, and hours for some: more than the test has.
describe("a megabyte", () => {
  const UNITS = [
    '"',
    "(",
    " ",
    ",",
    ";a",
    '\\"',
    "=",
    "a=(",
    'up42-sig=("',
    "up42-sig=,",
    ":",
    "\t",
    "A",
    "ü",
    '{"a":',
  ];
  const good = sign({ secret: SECRET, body: BODY, digest: "digest", created: NOW });
  const megabyte = (unit: string) => unit.repeat(Math.floor(1_000_000 / unit.length));

  test.each(UNITS)("of %j in the body, signed: the typed error", (unit) => {
    for (const body of [megabyte(unit), JSON.stringify({ ...JOB_STATUS, messageId: megabyte(unit) })]) {
      const request = sign({ secret: SECRET, body, digest: "digest", created: NOW });
      expect(outcome(request)).toBeInstanceOf(NotificationError);
    }
  });

  test.each(UNITS)("of %j in the body, kept in a field: accepted", (unit) => {
    const body = JSON.stringify({ ...JOB_STATUS, note: megabyte(unit) });
    expect(outcome(sign({ secret: SECRET, body, digest: "digest", created: NOW }))).not.toBeInstanceOf(Error);
  });

  test.each(UNITS)("of %j in each header, in one line or in many", (unit) => {
    for (const header of ["signature", "signature-input", "date", "digest"]) {
      for (const value of [megabyte(unit), Array.from({ length: 500_000 }, () => unit)]) {
        const refused = outcome({ headers: { ...good.headers, [header]: value }, body: BODY });
        expect(refused).toMatchObject({ code: "headers_too_large" });
      }
    }
    expect(outcome({ headers: { ...good.headers, cookie: megabyte(unit) }, body: BODY })).not.toBeInstanceOf(
      Error,
    );
    expect(outcome({ headers: { ...good.headers, [megabyte(unit)]: "x" }, body: BODY })).not.toBeInstanceOf(
      Error,
    );
  });

  test("of tasks", () => {
    const tasks = Array.from({ length: 25_000 }, () => JOB_STATUS.body.tasks[0]);
    const body = JSON.stringify({ ...JOB_STATUS, body: { ...JOB_STATUS.body, tasks } });
    expect(body.length).toBeGreaterThan(1_000_000);
    expect(outcome(sign({ secret: SECRET, body, created: NOW }))).not.toBeInstanceOf(Error);
  });

  test("of base64 in an event of AWS", () => {
    const event = requestFromApiGateway({ ...good, body: megabyte("QUFB"), isBase64Encoded: true });
    expect(outcome(event)).toMatchObject({ code: "digest_mismatch" });
  });

  test("of bytes in the chunks of a request", async () => {
    async function* chunks() {
      for (let count = 0; count < 250_000; count += 1) {
        yield await Promise.resolve(new Uint8Array(4));
      }
    }
    const verifying = verifyNodeRequest({ headers: good.headers, iterator: chunks }, OPTIONS);
    await expect(verifying).rejects.toMatchObject({ code: "digest_mismatch" });
  });
});

test("a signed body that nests a million deep is refused", () => {
  const deep = sign({ secret: SECRET, body: "[".repeat(1e6) + "]".repeat(1e6), created: NOW });
  expect(outcome(deep)).toBeInstanceOf(NotificationError);
});
