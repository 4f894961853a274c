import { createHmac } from "node:crypto";
import { type Notification, verifyNotification } from "../../provider/src/receiver";
import { sign } from "./sign";
import { codeOf, JOB_STATUS, NOW, OPTIONS, refusal, SECRET, signed } from "./support";

describe("a good notification", () => {
  test("comes back typed, with what was verified", () => {
    expect(verifyNotification(signed(), OPTIONS)).toEqual({
      notification: JOB_STATUS,
      bodyBound: true,
      created: new Date(NOW * 1000),
      signedHeaders: ["date", "digest"],
      label: "up42-sig",
      keyId: undefined,
      secretIndex: 0,
    });
  });

  test.each([
    ["string", (body: string) => body],
    ["Buffer", (body: string) => Buffer.from(body)],
    ["Uint8Array", (body: string) => new Uint8Array(Buffer.from(body))],
    ["ArrayBuffer", (body: string) => new Uint8Array(Buffer.from(body)).buffer],
  ])("is read from a %s", (_, convert) => {
    const { headers, body } = signed();
    expect(verifyNotification({ headers, body: convert(body) }, OPTIONS).notification).toEqual(JOB_STATUS);
  });

  test("has its key id", () => {
    const { headers, body } = signed();
    headers["signature-input"] += ';keyid="k1";alg="hmac-sha256"';
    expect(verifyNotification({ headers, body }, OPTIONS).keyId).toBe("k1");
  });
});

describe("the body", () => {
  test.each([
    ["an object", {}],
    ["missing", undefined],
    ["null", null],
    ["a number", 7],
    ["an array of bytes", [123, 125]],
    ["an object that looks like bytes, whose length would take minutes", { length: 1e9, byteLength: 1e9 }],
    ["an object that says it is bytes", { [Symbol.toStringTag]: "ArrayBuffer", length: 1e9 }],
  ])("must be raw: %s is refused", (_, value) => {
    const request = { headers: signed().headers, body: "" };
    Object.assign(request, { body: value });
    const error = refusal(request);
    expect(error.code).toBe("body_not_raw");
    expect(error.message).toMatch(/bytes.*express\.raw.*parseAs.*rawBody.*bodyParser/s);
    expect(error.statusCode).toBe(500);
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["a form", "event=job.status"],
  ])("must be JSON: %s is refused", (_, body) => {
    expect(codeOf(signed({ body }))).toBe("malformed_body");
  });

  test("must be UTF-8, and is not quoted in the message", () => {
    const { headers } = signed({ digest: "none" });
    const error = refusal({ headers, body: Buffer.from('{"event":"caf\xe9"}', "latin1") });
    expect(error.code).toBe("malformed_body");
    expect(error.message).not.toContain("caf");
    expect(error.cause).toBeUndefined();
  });
});

describe("several secrets", () => {
  test.each([
    [["new", SECRET], 1],
    [[SECRET, "new"], 0],
    [["a", "b", "c", SECRET, "e"], 3],
  ])("%j: any of them is good, and the result says which one", (secrets, index) => {
    expect(verifyNotification(signed(), { secrets, now: OPTIONS.now }).secretIndex).toBe(index);
  });

  test("none of them", () => {
    const error = refusal(signed(), { secrets: ["first-secret", "second-secret"], now: OPTIONS.now });
    expect(error.code).toBe("signature_mismatch");
    expect(error.statusCode).toBe(401);
  });
});

describe("options", () => {
  test.each([
    ["an empty secret", { secret: "" }],
    ["no secret", {}],
    ["a secret that isn't a string", { secret: 7 }],
    ["an empty list", { secrets: [] }],
    ["an empty secret in a list", { secrets: [SECRET, ""] }],
    ["a missing secret in a list", { secrets: [SECRET, undefined] }],
  ])("%s is refused, even if a request was signed with it", (_, secrets) => {
    const options = { secret: SECRET, now: OPTIONS.now };
    Reflect.deleteProperty(options, "secret");
    Object.assign(options, secrets);
    const error = refusal(sign({ secret: "", body: JSON.stringify(JOB_STATUS), created: NOW }), options);
    expect(error.code).toBe("no_secret");
    expect(error.statusCode).toBe(500);
    expect(error.message).not.toContain(SECRET);
  });

  test.each([
    ["a tolerance of 0", { toleranceSeconds: 0 }],
    ["a tolerance that is no number", { toleranceSeconds: Number.NaN }],
    ["an endless tolerance", { toleranceSeconds: Number.POSITIVE_INFINITY }],
    ["a negative skew", { clockSkewSeconds: -1 }],
    ["a clock that fails", { now: () => new Date(Number.NaN) }],
    ["both secret and secrets", { secrets: [SECRET] }],
  ])("%s is refused", (_, wrong) => {
    const options = { ...OPTIONS };
    Object.assign(options, wrong);
    expect(codeOf(signed(), options)).toBe("invalid_options");
  });
});

describe("time", () => {
  const at = (seconds: number) => ({ secret: SECRET, now: () => (NOW + seconds) * 1000 });

  test.each([0, 1, 299, 299.999])("%d s after it was signed it is good", (seconds) => {
    expect(verifyNotification(signed(), at(seconds)).created).toEqual(new Date(NOW * 1000));
  });

  test.each([300, 301, 1e9])("%d s after it was signed it is too old", (seconds) => {
    expect(codeOf(signed(), at(seconds))).toBe("too_old");
  });

  test.each([-0.001, -1, -1e6])("signed in the future (%d s) is refused", (seconds) => {
    expect(codeOf(signed(), at(seconds))).toBe("created_in_future");
  });

  test("both limits can be changed", () => {
    expect(verifyNotification(signed(), { ...at(599), toleranceSeconds: 600 }).bodyBound).toBe(true);
    expect(codeOf(signed(), { ...at(600), toleranceSeconds: 600 })).toBe("too_old");
    expect(verifyNotification(signed(), { ...at(-2), clockSkewSeconds: 2 }).bodyBound).toBe(true);
    expect(codeOf(signed(), { ...at(-2.5), clockSkewSeconds: 2 })).toBe("created_in_future");
  });

  test("the clock may give a Date, and is the machine's by default", () => {
    expect(verifyNotification(signed(), { secret: SECRET, now: () => new Date(NOW * 1000) }).bodyBound).toBe(
      true,
    );
    const fresh = signed({ created: Math.floor(Date.now() / 1000) });
    expect(verifyNotification(fresh, { secret: SECRET }).bodyBound).toBe(true);
    expect(codeOf(signed(), { secret: SECRET })).toBe("too_old");
  });
});

describe("digests", () => {
  test.each(["digest", "content-digest"] as const)("%s binds the body, by SHA-256 and SHA-512", (digest) => {
    for (const algorithm of ["sha256", "sha512"] as const) {
      const { headers, body } = signed({ digest, algorithm });
      const options = { ...OPTIONS, requireDigest: true };
      expect(verifyNotification({ headers, body }, options).bodyBound).toBe(true);
      expect(codeOf({ headers, body: `${body} ` }, options)).toBe("digest_mismatch");
    }
  });

  test("without one the result says so, and requireDigest refuses", () => {
    const request = signed({ digest: "none" });
    expect(verifyNotification(request, OPTIONS).bodyBound).toBe(false);
    expect(codeOf(request, { ...OPTIONS, requireDigest: true })).toBe("body_not_bound");
  });

  test("one that is sent but not signed binds nothing, and isn't looked at", () => {
    const { headers, body } = signed({ digest: "none" });
    headers.digest = "SHA-256=wrong";
    expect(verifyNotification({ headers, body }, OPTIONS).bodyBound).toBe(false);
  });

  const sha256 = signed().headers.digest?.slice("SHA-256=".length);
  const sha512 = signed({ algorithm: "sha512" }).headers.digest?.slice("SHA-512=".length);

  test.each([
    ["both algorithms", "digest", `SHA-256=${sha256},SHA-512=${sha512}`],
    ["both, with spaces and odd case", "Digest", `sha-512=${sha512} ,\t Sha-256=${sha256}`],
    ["an unknown algorithm besides", "digest", `MD5=abc, SHA-256=${sha256}`],
    ["new syntax in the old header", "digest", `sha-256=:${sha256}:`],
    ["old syntax in the new header", "content-digest", `SHA-256=${sha256}`],
    ["separators at the end", "digest", `SHA-256=${sha256}, ,`],
  ])("%s", (_, name, value) => {
    const request = signed({ digest: "none", headers: [[name, value]] });
    expect(verifyNotification(request, OPTIONS).bodyBound).toBe(true);
  });

  test.each([
    ["unknown algorithms only", "digest", "MD5=abc,id-sha-256=abc"],
    ["something else", "digest", "none"],
    ["something else besides", "digest", `SHA-256=${sha256},none`],
    ["separators only", "content-digest", ", ,"],
  ])("a signed one that cannot be checked refuses: %s", (_, name, value) => {
    const error = refusal(signed({ digest: "none", headers: [[name, value]] }));
    expect(error.code).toBe("invalid_digest");
    expect(error.statusCode).toBe(401);
  });

  test("the digest's text cannot be moved into the header before it, to pass another body", () => {
    const headers = [
      ["host", "a.example"],
      ["date", "today"],
      ["content-type", "application/json"],
    ] as const;
    const good = signed({ headers, digest: "digest" });
    expect(verifyNotification(good, OPTIONS).bodyBound).toBe(true);
    const { digest = "" } = good.headers;
    for (let moved = 1; moved <= digest.length; moved += 1) {
      const stripped = {
        ...good.headers,
        "content-type": `application/json${digest.slice(0, moved)}`,
        digest: digest.slice(moved),
      };
      // The signature still holds, since values are joined with nothing in between.
      expect(["invalid_digest", "digest_mismatch"]).toContain(
        codeOf({ headers: stripped, body: good.body.replace("PENDING", "SUCCEEDED") }),
      );
    }
  });

  test.each([
    ["SHA-512 wrong", "digest", `SHA-256=${sha256},SHA-512=${sha256}`],
    ["SHA-256 wrong", "digest", `SHA-256=${sha512},SHA-512=${sha512}`],
    ["the second of the same algorithm wrong", "digest", `SHA-256=${sha256},SHA-256=AAAA`],
    ["empty", "digest", "SHA-256="],
    ["only colons", "content-digest", "sha-256=:"],
    ["without padding", "digest", `SHA-256=${sha256?.replace("=", "")}`],
  ])("any known one that differs refuses: %s", (_, name, value) => {
    expect(codeOf(signed({ digest: "none", headers: [[name, value]] }))).toBe("digest_mismatch");
  });

  test("two headers are both checked", () => {
    const headers = [["content-digest", "sha-256=:AAAA:"] as const];
    expect(codeOf(signed({ headers, digest: "digest" }))).toBe("digest_mismatch");
  });
});

describe("text beyond ASCII", () => {
  const city = "Zürich";
  const bytes = Buffer.from(city);

  test.each([
    ["as UTF-8, decoded as Latin-1", bytes.toString("latin1"), bytes],
    ["as UTF-8, decoded as UTF-8", city, bytes],
    ["as Latin-1, signed as Latin-1", city, Buffer.from(city, "latin1")],
    [
      "as UTF-8, signed as UP42's validator hashes what a server decoded",
      bytes.toString("latin1"),
      Buffer.from(bytes.toString("latin1")),
    ],
    ["beyond Latin-1", "東京", Buffer.from("東京")],
  ])("sent %s, verifies", (_, value, signedText) => {
    const signature = createHmac("sha256", SECRET).update(signedText).digest("base64");
    const headers = {
      "x-city": value,
      "signature-input": `up42-sig=("x-city");created=${NOW}`,
      signature: `up42-sig=${signature}`,
    };
    const request = { headers, body: JSON.stringify(JOB_STATUS) };
    expect(verifyNotification(request, OPTIONS).signedHeaders).toEqual(["x-city"]);
    expect(codeOf({ ...request, headers: { ...headers, "x-city": `${value}ü` } })).toBe("signature_mismatch");
  });
});

describe("what an error says", () => {
  test("never the secret, the signature or the body", () => {
    const secret = "another-secret-of-the-receiver";
    const request = signed();
    const signature = request.headers.signature?.slice("up42-sig=".length) ?? "";
    const errors = [
      refusal(request, { secret, now: OPTIONS.now }),
      refusal({ ...request, body: `${request.body} ` }),
      refusal({ ...request, headers: { ...request.headers, signature: `up42-sig=${signature}x` } }),
      refusal({ ...request, headers: { ...request.headers, signature: `other=${signature}` } }),
    ];
    for (const error of errors) {
      const said = JSON.stringify([error.message, error.stack, error.cause, Object.entries(error)]);
      for (const hidden of [secret, SECRET, signature, "FB0DA199"]) {
        expect(said).not.toContain(hidden);
      }
    }
  });
});

test("the types distinguish the events", () => {
  const { notification } = verifyNotification(signed(), OPTIONS);
  expect(summary(notification)).toBe("1 tasks of FB0DA199-01DF-4635-910D-A823AE7DC200");
});

/** Compiles only if `event` discriminates: each branch uses fields that the others lack. */
function summary(notification: Notification): string {
  switch (notification.event) {
    case "job.status":
      return `${notification.body.tasks.length} tasks of ${notification.body.jobId}`;
    case "order.status":
      return notification.body.status;
    default: {
      const name: string = notification.event;
      const body: unknown = notification.body;
      return `${name}: ${JSON.stringify(body)}`;
    }
  }
}
