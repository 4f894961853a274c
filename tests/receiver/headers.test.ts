import { createServer } from "node:http";
import { type HeadersInput, requestFromApiGateway, verifyNotification } from "../../provider/src/receiver";
import { codeOf, JOB_STATUS, OPTIONS, refusal, signed } from "./support";

const { headers: GOOD, body: BODY } = signed();

function verify(headers: HeadersInput) {
  return verifyNotification({ headers, body: BODY }, OPTIONS);
}

describe("the forms of headers", () => {
  const upper = Object.fromEntries(Object.entries(GOOD).map(([name, value]) => [name.toUpperCase(), value]));
  const lists = Object.fromEntries(Object.entries(GOOD).map(([name, value]) => [name, [value]]));

  test.each<[string, HeadersInput]>([
    ["a plain object", GOOD],
    ["names in upper case", upper],
    ["a list for each name", lists],
    ["a Headers object", new Headers(GOOD)],
    ["a Map", new Map(Object.entries(GOOD))],
    ["pairs", Object.entries(GOOD)],
    ["an object without a prototype", Object.assign(Object.create(null), GOOD)],
    ["unset and empty ones besides", { ...GOOD, cookie: undefined, host: null, via: [] }],
    ["spaces around values", { ...GOOD, date: ` \t${GOOD.date}\t ` }],
  ])("%s", (_, headers) => {
    expect(verify(headers).notification).toEqual(JOB_STATUS);
  });

  test("a Node request", async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.end(verify(request.headers).label);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = server.address();
      if (address === null || typeof address === "string") {
        throw new Error("The server has no port.");
      }
      const answer = await fetch(`http://127.0.0.1:${address.port}`, {
        method: "POST",
        headers: GOOD,
        body: BODY,
      });
      expect(await answer.text()).toBe("up42-sig");
    } finally {
      server.close();
    }
  });

  test("an API Gateway event, with headers or multiValueHeaders, in text or base64", () => {
    const base64 = Buffer.from(BODY).toString("base64");
    const events = [
      { headers: upper, body: BODY },
      { headers: upper, multiValueHeaders: null, body: base64, isBase64Encoded: true },
      { headers: { ...upper, DATE: "the last line only" }, multiValueHeaders: lists, body: BODY },
      { headers: upper, multiValueHeaders: {}, body: BODY },
      { headers: upper, multiValueHeaders: { Date: [GOOD.date ?? ""] }, body: BODY },
    ];
    for (const event of events) {
      expect(verifyNotification(requestFromApiGateway(event), OPTIONS).bodyBound).toBe(true);
    }
    expect(codeOf(requestFromApiGateway({ headers: null, body: null }))).toBe("missing_signature_input");
    expect(codeOf(requestFromApiGateway({ headers: upper, body: base64 }))).toBe("digest_mismatch");
  });
});

test.each([{ length: 1e9 }, { event: "job.status" }, 7])(
  "a parsed body in an event of AWS is refused: %j",
  (body) => {
    const event = { headers: GOOD, body: "" };
    Object.assign(event, { body });
    for (const isBase64Encoded of [true, false]) {
      expect(() => requestFromApiGateway({ ...event, isBase64Encoded })).toThrow(
        expect.objectContaining({
          code: "body_not_raw",
          message: expect.stringContaining("proxy integration"),
        }),
      );
    }
  },
);

test("what is not base64 in an event of AWS is refused", () => {
  expect(() => requestFromApiGateway({ body: "{}", isBase64Encoded: true })).toThrow(
    expect.objectContaining({ code: "malformed_body" }),
  );
});

test("HTTP/2 has :authority for host", () => {
  const { headers, body } = signed({ headers: [["host", "a.example"]] });
  const { host, ...rest } = headers;
  const request = { headers: { ...rest, ":authority": host }, body };
  expect(verifyNotification(request, OPTIONS).signedHeaders).toEqual(["host", "digest"]);
  expect(codeOf({ headers: rest, body })).toBe("signed_header_missing");
});

describe("a header sent more than once", () => {
  const twice = signed({ headers: [["x-a", "1, 2"]] });

  test.each<[string, HeadersInput]>([
    ["as a list", { ...twice.headers, "x-a": ["1", "2"] }],
    ["as names that differ in case", { ...omit(twice.headers, "x-a"), "X-A": "1", "x-a": "2" }],
    ["as pairs", [...Object.entries(omit(twice.headers, "x-a")), ["X-a", "1"], ["x-A", " 2"]]],
  ])("is joined by a comma and a space: %s", (_, headers) => {
    expect(verifyNotification({ headers, body: twice.body }, OPTIONS).bodyBound).toBe(true);
  });

  test("and in another order it is another value", () => {
    const headers = { ...twice.headers, "x-a": ["2", "1"] };
    expect(codeOf({ headers, body: twice.body })).toBe("signature_mismatch");
  });
});

describe("what is no headers", () => {
  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a string", "signature: up42-sig=x"],
    ["Node's rawHeaders", Object.entries(GOOD).flat()],
    ["triples", [["a", "b", "c"]]],
    ["a signed number", { ...GOOD, date: 7 }],
    ["a signed list with a number", { ...GOOD, date: ["a", 7] }],
  ])("%s is refused", (_, headers) => {
    const request = { headers: GOOD, body: BODY };
    Object.assign(request, { headers });
    expect(codeOf(request)).toBe("invalid_headers");
  });

  test.each([7, {}, [7], [["nested"]], Symbol("odd"), () => 1])(
    "an odd value that isn't signed does no harm: %p",
    (odd) => {
      const request = { headers: GOOD, body: BODY };
      Object.assign(request, { headers: { ...GOOD, "x-odd": odd } });
      expect(verifyNotification(request, OPTIONS).bodyBound).toBe(true);
    },
  );

  test("a signed header is never cut to bytes", () => {
    // "Ł" has the byte of "A" in its lower half.
    const { headers, body } = signed({ headers: [["x-name", "A"]] });
    expect(codeOf({ headers: { ...headers, "x-name": "\u0141" }, body })).toBe("signature_mismatch");
  });
});

describe("size", () => {
  const long = "x".repeat(16 * 1024 + 1);

  test.each(["signature-input", "signature", "date"])("a %s beyond 16 KiB is refused", (name) => {
    const error = refusal({ headers: { ...GOOD, [name]: long }, body: BODY });
    expect(error.code).toBe("headers_too_large");
    expect(error.statusCode).toBe(431);
    expect(error.message.length).toBeLessThan(300);
  });

  test("a long header made of many short lines is refused", () => {
    const lines = Array.from({ length: 17 }, () => "x".repeat(1024));
    expect(codeOf({ headers: { ...GOOD, date: lines }, body: BODY })).toBe("headers_too_large");
  });

  test("a long header that isn't signed doesn't matter", () => {
    expect(verify({ ...GOOD, cookie: long }).bodyBound).toBe(true);
  });

  test("more than 64 signed headers are refused, 64 are not", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => [`h${index}`, "v"] as const);
    expect(
      verifyNotification(signed({ headers: many(64), digest: "none" }), OPTIONS).signedHeaders,
    ).toHaveLength(64);
    expect(codeOf(signed({ headers: many(65), digest: "none" }))).toBe("headers_too_large");
  });

  test("more than 1000 headers are refused before the rest is read", () => {
    let read = 0;
    function* endless(): Generator<[string, string]> {
      for (;;) {
        read += 1;
        yield [`h${read}`, "v"];
      }
    }
    expect(codeOf({ headers: endless(), body: BODY })).toBe("headers_too_large");
    expect(read).toBe(1001);
  });
});

function omit(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}
