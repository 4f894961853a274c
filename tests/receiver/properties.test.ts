import fc from "fast-check";
import { NotificationError, verifyNotification } from "../../provider/src/receiver";
import { type SignedRequest, type SignOptions, sign } from "./sign";
import { JOB_STATUS, NOW, SECRET } from "./support";

const RUNS = { seed: 20_220_218, numRuns: 1000 };
const now = () => NOW * 1000;

/** A value that HTTP carries: bytes without control characters, and no space around it. */
const headerValue = fc
  .string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    minLength: 1,
  })
  .map((value) => `x${value}x`);

const signedHeaders = fc.uniqueArray(fc.tuple(fc.stringMatching(/^x-[a-z0-9]{1,8}$/), headerValue), {
  minLength: 1,
  maxLength: 6,
  selector: ([name]) => name,
});

const notificationBody = fc
  .record({ messageId: fc.uuid(), liveMode: fc.boolean(), note: fc.string({ unit: "grapheme" }) })
  .map((fields) => JSON.stringify({ ...JOB_STATUS, ...fields }));

const signOptions: fc.Arbitrary<SignOptions> = fc.record({
  secret: fc.string({ unit: "grapheme", minLength: 1 }),
  body: notificationBody,
  headers: signedHeaders,
  digest: fc.constantFrom("digest", "content-digest"),
  algorithm: fc.constantFrom("sha256", "sha512"),
  created: fc.integer({ min: NOW - 299, max: NOW }),
});

test("what UP42 signs verifies", () => {
  fc.assert(
    fc.property(signOptions, (options) => {
      const verified = verifyNotification(sign(options), {
        secret: options.secret,
        now,
        requireDigest: true,
      });
      expect(verified.notification).toEqual(JSON.parse(options.body));
      expect(verified.created.getTime()).toBe(options.created * 1000);
    }),
    RUNS,
  );
});

describe("one flipped bit is refused", () => {
  // Positions are drawn as fractions, since what they point into is made later.
  const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test("in a signed header", () => {
    fc.assert(
      fc.property(signOptions, position, position, (options, which, where) => {
        const request = sign(options);
        const name = pick(Object.keys(request.headers).slice(0, -2), which);
        const value = Buffer.from(request.headers[name] ?? "", "latin1");
        request.headers[name] = flip(value, where).toString("latin1");
        expectRefused(request, options.secret);
      }),
      RUNS,
    );
  });

  test("in the body", () => {
    fc.assert(
      fc.property(signOptions, position, (options, where) => {
        const { headers, body } = sign(options);
        expectRefused({ headers, body: flip(Buffer.from(body), where) }, options.secret);
      }),
      RUNS,
    );
  });

  test("in the secret", () => {
    const ascii = fc.string({ minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(signOptions, ascii, position, (options, secret, where) => {
        // The highest bit is left alone, as it would make the secret another text than one of ASCII.
        const bits = Buffer.from(secret);
        const other = flip(bits, where, 7).toString("latin1");
        expectRefused(sign({ ...options, secret }), other);
      }),
      RUNS,
    );
  });

  test("in the signature: each bit of its header, and each bit of what it decodes to", () => {
    const request = sign({
      secret: SECRET,
      body: JSON.stringify(JOB_STATUS),
      digest: "digest",
      created: NOW,
    });
    const header = Buffer.from(request.headers.signature ?? "");
    const bytes = Buffer.from(header.subarray("up42-sig=".length).toString(), "base64");
    expect(bytes).toHaveLength(32);
    const flips = [
      ...everyFlip(header).map((flipped) => flipped.toString("latin1")),
      ...everyFlip(bytes).map((flipped) => `up42-sig=${flipped.toString("base64")}`),
      ...everyFlip(bytes).map((flipped) => `up42-sig=:${flipped.toString("base64")}:`),
    ];
    for (const signature of flips) {
      expectRefused({ headers: { ...request.headers, signature }, body: request.body }, SECRET);
    }
  });
});

function expectRefused(
  request: { headers: SignedRequest["headers"]; body: string | Uint8Array },
  secret: string,
) {
  expect(() => verifyNotification(request, { secret, now })).toThrow(NotificationError);
}

function pick(list: readonly string[], where: number): string {
  const picked = list[Math.floor(where * list.length)];
  if (picked === undefined) {
    throw new Error("There is nothing to pick from.");
  }
  return picked;
}

function flip(bytes: Buffer, where: number, bitsPerByte = 8): Buffer {
  return flipBit(bytes, Math.floor(where * bytes.length * bitsPerByte), bitsPerByte);
}

function flipBit(bytes: Buffer, position: number, bitsPerByte = 8): Buffer {
  const flipped = Buffer.from(bytes);
  const index = Math.floor(position / bitsPerByte);
  flipped[index] = (flipped[index] ?? 0) ^ (1 << (position % bitsPerByte));
  return flipped;
}

function everyFlip(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length * 8 }, (_, position) => flipBit(bytes, position));
}
