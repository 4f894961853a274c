import { readFailure } from "../../provider/src/up42/failure";
import { parseAnswer, schemas } from "../../provider/src/up42/wire";

const failureOf = (
  status: number,
  body: string,
  { url = "https://api.up42.com/x", ...headers }: { url?: string; retryAfter?: string; date?: string } = {},
) =>
  readFailure(
    { method: "GET", url },
    {
      status,
      contentType: "",
      retryAfter: headers.retryAfter,
      date: headers.date,
      link: undefined,
      body,
      tooLarge: false,
    },
    (text) => text,
  );

test.each([
  ['{"data":null,"error":{"message":"no"}}', true],
  ['{"data":null,"errors":[{"message":"no"}]}', true],
  ['\uFEFF{"data":null,"error":{"code":1}}', true],
  ['{"title":"t","status":403,"detail":"d"}', true],
  ['{"error":"Too Many Requests"}', false],
  ['{"timestamp":1,"status":403,"error":"Forbidden","path":"/x"}', false],
  ['{"data":null,"error":{}}', false],
  ['{"title":"t","status":200,"detail":"d"}', false],
  ["<html><title>Sign in</title></html>", false],
])("%s is UP42's own error: %p", (body, isOwn) => {
  expect(failureOf(403, body).isOwn).toBe(isOwn);
});

test.each([
  "https://auth.up42.com/realms/public/protocol/openid-connect/token",
  "https://api.up42.com/oauth/token",
])("only the login says {error} without data: %s", (url) => {
  expect(failureOf(401, '{"error":"invalid_grant"}', { url }).isOwn).toBe(true);
  expect(failureOf(401, '{"error":"other","error_description":"d"}', { url }).isOwn).toBe(true);
  expect(failureOf(403, '{"error":"Forbidden"}', { url }).isOwn).toBe(false);
});

test("the messages of several errors are shown", () => {
  expect(failureOf(400, '{"data":null,"errors":[{"message":"a"},{"message":"b"}]}').message).toBe("a; b");
});

test("the title of a web page is shown, also of one that has many that do not end", () => {
  expect(failureOf(502, "<html><title>Bad gateway</title>").message).toContain('titled "Bad gateway"');
  expect(failureOf(502, `<html>${"<title".repeat(10_000)}`).message).toContain("a web page");
});

test("details that are nested too deeply leave the message readable", () => {
  const depth = 20_000;
  const body = `{"data":null,"error":{"message":"no","details":${"[".repeat(depth)}${"]".repeat(depth)}}}`;
  expect(failureOf(400, body).message).toContain("no: ");
});

test("an error beside data that is nested too deeply is an error, too", () => {
  const depth = 20_000;
  const body = `{"data":null,"error":{"details":${"[".repeat(depth)}${"]".repeat(depth)}}}`;
  expect(() => parseAnswer(schemas.webhook, body)).toThrow(
    "UP42 answered with an error: (nested too deeply to be shown)",
  );
});

test("a date in Retry-After is meant by the server's clock", () => {
  const headers = { date: "Wed, 01 Jan 2070 00:00:00 GMT", retryAfter: "Wed, 01 Jan 2070 00:00:05 GMT" };
  expect(failureOf(503, "", headers).retryAfterMs).toBe(5_000);
});

test.each([
  ['\uFEFF{"access_token":"t","expires_in":"300"}', 300],
  ['{"access_token":"t","expires_in":null}', undefined],
  ['{"access_token":null,"data":{"accessToken":"t","expiresIn":60}}', 60],
])("a token is read from %s", (body, expiresInSeconds) => {
  expect(parseAnswer(schemas.token, body)).toEqual({ accessToken: "t", expiresInSeconds });
});
