import fc from "fast-check";
import { AnswerError } from "../../provider/src/up42/errors";
import { readFailure } from "../../provider/src/up42/failure";
import { Redactor } from "../../provider/src/up42/redact";
import { parseRetryAfter } from "../../provider/src/up42/retry-after";
import { normalizeEvents, parseAnswer, schemas, webhookBody } from "../../provider/src/up42/wire";

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
  parseAnswer(schemas.webhook, JSON.stringify({ data: webhook, error: null }), "read webhook x").data;

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
    ["with an empty id", { id: "" }, /"data.id" is empty/],
    ["with a number for a name", { name: 7 }, /"data.name" should be string/],
    ["without events", { events: null }, /"data.events" should be Array/],
  ])("%s is refused, without its secret", (_case, change, reason) => {
    const parse = () => parseWebhook({ ...WIRE, ...change });
    expect(parse).toThrow(AnswerError);
    expect(parse).toThrow(reason);
    expect(parse).toThrow(/^Could not read webhook x: (?!.*QWZTFnMEXhqZKNmu)/);
  });

  test.each(["", "<html>", '{"data":', "null", "[]", '"text"'])("answer %j is refused", (body) => {
    expect(() => parseAnswer(schemas.webhook, body, "x")).toThrow(AnswerError);
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
  const parse = (body: unknown) => parseAnswer(schemas.token, JSON.stringify(body), "log in");

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
      { status, contentType, retryAfter: undefined, body, tooLarge: false },
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
      isWebPage: true,
      message: 'a web page titled "Gateway &amp; co", not an answer of UP42\'s API',
    });
  });

  test("that is long is cut, after secrets were taken out", () => {
    const redactor = new Redactor();
    redactor.add("canary-secret");
    const body = `${"x".repeat(395)}canary-secret`;
    const answer = { status: 400, contentType: "text/plain", retryAfter: undefined, body, tooLarge: false };
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

describe("the redactor", () => {
  test("hides secrets in every form in which a server may repeat them", () => {
    const redactor = new Redactor();
    const secret = 'pä"ss & wörd/1';
    redactor.add(secret);
    redactor.add(undefined);
    redactor.add("abc");
    const text = [secret, JSON.stringify({ secret }), encodeURIComponent(secret), btoa("x"), "abc"].join(
      "\n",
    );
    expect(redactor.redact(text)).toBe(
      ["[secret]", '{"secret":"[secret]"}', "[secret]", btoa("x"), "abc"].join("\n"),
    );
    expect(redactor.redact(Buffer.from(secret).toString("base64"))).toBe("[secret]");
  });

  test("hides a secret that holds another one whole", () => {
    const redactor = new Redactor();
    redactor.add("secret");
    redactor.add("secret-longer");
    expect(redactor.redact("a secret-longer b")).toBe("a [secret] b");
  });
});
