import fc from "fast-check";
import { AnswerError } from "../../provider/src/up42/errors";
import { readFailure } from "../../provider/src/up42/failure";
import { isId } from "../../provider/src/up42/ids";
import { Redactor } from "../../provider/src/up42/redact";
import { parseRetryAfter } from "../../provider/src/up42/retry-after";
import { normalizeEvents, webhookBody } from "../../provider/src/up42/webhook";
import { parseAnswer, parseDeletion, parseList, schemas } from "../../provider/src/up42/wire";

const WIRE = {
  id: "1df1ebb0-78a4-55d9-b806-15d22e391bd3",
  url: "https://my.sample.endpoint.com/",
  name: "My alert",
  active: true,
  events: ["job.status, order.status"],
  createdAt: "2022-02-17T08:47:11.377149Z",
  updatedAt: "2022-02-17T08:47:11.377149Z",
  secret: "QWZTFnMEXhqZKNmu",
};

const parseWebhook = (webhook: unknown) =>
  parseAnswer(schemas.webhook, JSON.stringify({ data: webhook, error: null })).data;

describe("a webhook", () => {
  test("of UP42's own example is read, its comma-joined events split", () => {
    expect(parseWebhook(WIRE)).toEqual({ ...WIRE, events: ["job.status", "order.status"] });
  });

  test.each([
    ["an empty secret", { secret: "" }, { secret: undefined }],
    ["a null secret", { secret: null }, { secret: undefined }],
    ["no secret", { secret: undefined }, { secret: undefined }],
    ["no active", { active: undefined }, { active: false }],
    ["unknown fields", { owner: "x" }, {}],
    ["no times", { createdAt: undefined, updatedAt: null }, { createdAt: "", updatedAt: "" }],
  ])("with %s is understood", (_case, change, expected) => {
    const parsed = parseWebhook({ ...WIRE, ...change });
    expect(parsed).toEqual({ ...WIRE, events: ["job.status", "order.status"], ...expected });
    expect(parsed).not.toHaveProperty("owner");
  });

  test.each([
    ["without an id", { id: undefined }, /"data.id" should be/],
    ["with an empty id", { id: "" }, /"data.id" is not an id/],
    ["with a number for a name", { name: 7 }, /"data.name" should be string/],
    ["without events", { events: null }, /"data.events" should be Array/],
  ])("%s is refused, without its secret", (_case, change, reason) => {
    const parse = () => parseWebhook({ ...WIRE, ...change });
    expect(parse).toThrow(AnswerError);
    expect(parse).toThrow(reason);
    expect(parse).toThrow(/^UP42's answer has an unexpected form: (?!.*QWZTFnMEXhqZKNmu)/);
  });

  test.each(["", "<html>", '{"data":', "null", "[]", '"text"'])("answer %j is refused", (body) => {
    expect(() => parseAnswer(schemas.webhook, body)).toThrow(AnswerError);
  });

  test("survives the way to UP42 and back", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}\.[a-z]{1,8}$/), { minLength: 1 });
    const spec = fc.record({
      name: fc.string({ minLength: 1 }),
      url: fc.webUrl(),
      events: names,
      active: fc.boolean(),
      secret: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(spec, (sent) => {
        const times = { createdAt: "a", updatedAt: "b" };
        const { id: _id, ...received } = parseWebhook({ ...webhookBody(sent), id: "x", ...times });
        expect(received).toEqual({ ...sent, events: [...sent.events].sort(), ...times });
      }),
      { seed: 42 },
    );
  });

  test("its events are a set, however they are ordered, joined and spaced", () => {
    const name = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,8})?$/);
    fc.assert(
      fc.property(fc.array(name), (events) => {
        const joined = [[...events].reverse().join(" , ")];
        expect(normalizeEvents(joined)).toEqual(normalizeEvents(events));
      }),
      { seed: 42 },
    );
  });
});

describe("a token", () => {
  const parse = (body: unknown) => parseAnswer(schemas.token, JSON.stringify(body));

  test("is read in both forms", () => {
    expect(parse({ access_token: "a", expires_in: 300 })).toEqual({
      accessToken: "a",
      expiresInSeconds: 300,
    });
    expect(parse({ data: { accessToken: "b" } })).toEqual({ accessToken: "b", expiresInSeconds: undefined });
  });

  test("that is missing is an error", () => {
    expect(() => parse({ data: {} })).toThrow(/has no access token/);
  });
});

describe("a failure", () => {
  const read = (body: string, contentType = "application/json", status = 400) =>
    readFailure(
      { method: "GET", url: "https://api.up42.com/x" },
      { status, contentType, retryAfter: undefined, date: undefined, link: undefined, body, tooLarge: false },
      (text) => text,
    );

  test.each([
    ['{"data":null,"error":{"code":"A","message":"Bad events","details":["x"]}}', 'Bad events: ["x"]'],
    ['{"error":{"code":"ONLY_CODE"}}', "ONLY_CODE"],
    ['{"title":"Not Found","status":404,"detail":"no such thing"}', "Not Found: no such thing"],
    ['{"error":"invalid_grant","error_description":"Invalid user credentials"}', "Invalid user credentials"],
    ['{"error":"plain"}', "plain"],
    ['{"message":"hello"}', "hello"],
    ["not json at  all", "not json at all"],
    ["", "Bad Request"],
    ["{}", "Bad Request"],
    ["[1]", "Bad Request"],
  ])("%j says %j", (body, message) => {
    expect(read(body).message).toBe(message);
  });

  test("that is a web page says so", () => {
    const page = read(
      "<!doctype html><title>Gateway &amp; co</title><p>secret stuff",
      "text/html; charset=utf-8",
    );
    expect(page).toMatchObject({
      isForeign: true,
      message: 'a web page titled "Gateway &amp; co", not an answer of UP42\'s API',
    });
  });

  test("that is long is cut, after secrets were taken out", () => {
    const redactor = new Redactor();
    redactor.add("canary-secret");
    const body = `${"x".repeat(395)}canary-secret`;
    const answer = {
      status: 400,
      contentType: "text/plain",
      retryAfter: undefined,
      date: undefined,
      link: undefined,
      body,
      tooLarge: false,
    };
    const { message } = readFailure({ method: "GET", url: "u" }, answer, (text) => redactor.redact(text));
    expect(message).not.toContain("cana");
    expect(message.length).toBeLessThanOrEqual(401);
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");

  test.each([
    ["3", 3000],
    [" 120 ", 120_000],
    ["0", 0],
    ["Thu, 01 Jan 2026 00:00:05 GMT", 5000],
    ["Thu, 01 Jan 2020 00:00:00 GMT", 0],
    ["99999999999", 86_400_000],
    ["1.5", undefined],
    ["-1", undefined],
    ["soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j means %j ms", (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe("an error beside the data", () => {
  test.each([
    [{ data: WIRE, error: { message: "partly done" } }, "UP42 answered with an error: partly done"],
    [{ data: null, error: { code: "E1" } }, 'UP42 answered with an error: {"code":"E1"}'],
    [{ data: WIRE, error: "plain" }, "UP42 answered with an error: plain"],
  ])("%j is an error, whatever the status", (body, message) => {
    expect(() => parseAnswer(schemas.webhook, JSON.stringify(body))).toThrow(message);
    expect(() => parseList(JSON.stringify(body), undefined)).toThrow(message);
    expect(() => parseDeletion(200, JSON.stringify(body), WIRE.id)).toThrow(message);
  });

  test.each([null, "", undefined])("%j is none", (error) => {
    expect(parseAnswer(schemas.webhook, JSON.stringify({ data: WIRE, error })).data.id).toBe(WIRE.id);
  });
});

describe("a list", () => {
  const list = (more: object = {}, link?: string) =>
    parseList(JSON.stringify({ data: [WIRE], error: null, ...more }), link);

  test.each([
    [{}],
    [{ next: null, nextPage: "", hasMore: false, total: 1, totalPages: 1 }],
    [{ meta: { totalCount: 1 } }],
    [{ pagination: null }],
  ])("with %j is complete", (more) => {
    expect(list(more)).toHaveLength(1);
    expect(list(more, '</webhooks?page=1>; rel="first"')).toHaveLength(1);
  });

  test.each([
    [{ next: "https://api.up42.com/x?page=2" }],
    [{ nextPageToken: "abc" }],
    [{ cursor: "abc" }],
    [{ hasMore: true }],
    [{ total: 2 }],
    [{ totalPages: 2 }],
    [{ page: { totalElements: 21 } }],
    [{ meta: { has_more: true } }],
    [{ pagination: { next_cursor: "abc" } }],
    [{ links: { next: "/x?page=2" } }],
    [{ _links: { next: { href: "/x?page=2" } } }],
  ])("with %j is one page of several, and refused", (more) => {
    expect(() => list(more)).toThrow("only one page of several");
  });

  test("whose header names a next page is refused", () => {
    expect(() => list({}, '</x?page=1>; rel="prev", </x?page=3>; rel="next"')).toThrow("only one page");
  });
});

describe("an answer to a delete", () => {
  const own = JSON.stringify({ data: { id: WIRE.id }, error: null });

  test.each([
    [204, "", "deleted"],
    [200, own, "deleted"],
    [200, "", "unconfirmed"],
    [202, "", "unconfirmed"],
    [202, own, "unconfirmed"],
    [200, '{"data":null}', "unconfirmed"],
  ])("of HTTP %i with %j says: %s", (status, body, outcome) => {
    expect(parseDeletion(status, body, WIRE.id)).toBe(outcome);
  });

  test("about another webhook is refused", () => {
    expect(() => parseDeletion(200, own, "another")).toThrow("answered with another webhook");
  });
});

describe("an id", () => {
  test.each([WIRE.id, "w-1", "a.b", "user@example.com"])("may be %j", (id) => {
    expect(isId(id)).toBe(true);
  });

  test.each(["", ".", "..", "...", "a/b", "/", "a?b", "a#b", "a%2Fb", "a b", "a\nb", "a\\b", "é"])(
    "may not be %j, which would change the path of a request",
    (id) => {
      expect(isId(id)).toBe(false);
    },
  );
});
