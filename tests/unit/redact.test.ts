import fc from "fast-check";
import { Redactor } from "../../provider/src/up42/redact";

function redact(text: string, ...secrets: readonly (string | undefined)[]): string {
  const redactor = new Redactor();
  for (const secret of secrets) {
    redactor.add(secret);
  }
  return redactor.redact(text);
}

/** It has all that encoders write in more than one way. */
const SECRET = `pä"ss & wö=rd/1+<'>\\`;

const everyUnit = (text: string, spell: (code: number) => string): string =>
  [...Array(text.length).keys()].map((index) => spell(text.charCodeAt(index))).join("");
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const percentBytes = [...Buffer.from(SECRET)].map((byte) => `%${hex(byte, 2)}`).join("");

describe("a secret is hidden", () => {
  test.each([
    ["as it is", SECRET],
    ["in JSON", json(SECRET)],
    ["in JSON with an escaped slash", json(SECRET).replaceAll("/", "\\/")],
    ["in JSON within JSON", json(json(SECRET))],
    ["in JSON within JSON within JSON", json(json(json(SECRET)))],
    [
      "in JSON with escapes for = & < >",
      json(SECRET).replace(/[=&<>']/g, (one) => `\\u00${hex(one.charCodeAt(0), 2)}`),
    ],
    ["in JSON with nothing but escapes", everyUnit(SECRET, (code) => `\\u${hex(code, 4)}`)],
    ["in JSON with escapes in capitals", everyUnit(SECRET, (code) => `\\u${hex(code, 4).toUpperCase()}`)],
    ["in a URL", encodeURIComponent(SECRET)],
    ["in a URL, lower case", encodeURIComponent(SECRET).toLowerCase()],
    ["in a URL, every byte", percentBytes],
    ["in a URL within a URL", encodeURIComponent(encodeURIComponent(SECRET))],
    ["in a form", new URLSearchParams({ a: SECRET }).toString().slice(2)],
    [
      "in HTML, by names",
      SECRET.replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;"),
    ],
    ["in HTML, by numbers", everyUnit(SECRET, (code) => `&#${code};`)],
    ["in HTML, by hexadecimal numbers", everyUnit(SECRET, (code) => `&#x${hex(code, 4)};`)],
    ["in HTML within HTML", everyUnit(SECRET, (code) => `&amp;#${code};`)],
    ["in base64", Buffer.from(SECRET).toString("base64")],
    ["in base64url", Buffer.from(SECRET).toString("base64url")],
  ])("%s", (_case, text) => {
    expect(redact(`a ${text} b`, SECRET)).toBe("a [secret] b");
  });

  test.each([
    ["canary/=", "canary\\/\\u003d"],
    ["canary/=", "canary%2f="],
    ["canary/=", "canary%2F&#61;"],
    ["canary/=", "canary&#x2f;%3d"],
  ])("%j in the mixed spelling %j", (secret, text) => {
    expect(redact(`"${text}"`, secret)).toBe('"[secret]"');
  });

  test.each([0, 1, 2, 3, 4])("in base64 of a longer text, %i bytes from its beginning", (offset) => {
    const secret = "canary-of-twenty-one!";
    const credentials = `${"u".repeat(offset)}${secret}:x`;
    for (const encoding of ["base64", "base64url"] as const) {
      const redacted = redact(Buffer.from(credentials).toString(encoding), secret);
      expect(Buffer.from(redacted, encoding).toString("latin1")).not.toContain("canary");
      expect(redacted).toContain("[secret]");
    }
  });

  test("whatever its characters, in every usual spelling", () => {
    const secrets = fc
      .string({ unit: "grapheme", minLength: 4, maxLength: 20 })
      .filter((one) => one.trim() !== "");
    const spell = [
      (text: string) => text,
      json,
      (text: string) => json(json(text)),
      encodeURIComponent,
      (text: string) => everyUnit(text, (code) => `\\u${hex(code, 4)}`),
      (text: string) => Buffer.from(text).toString("base64"),
    ];
    fc.assert(
      fc.property(secrets, fc.constantFrom(...spell), (secret, spelled) => {
        expect(redact(`<${spelled(secret)}>`, secret)).toBe("<[secret]>");
      }),
      { seed: 42 },
    );
  });

  test("whole, when it holds another one", () => {
    expect(redact("a secret-longer b", "secret", "secret-longer")).toBe("a [secret] b");
  });

  test("once, when it is part of the word that hides it", () => {
    expect(redact("hunter2 or secret", "hunter2", "secret", "cret")).toBe("[secret] or [secret]");
  });
});

describe("a short secret", () => {
  test("is hidden where it stands alone", () => {
    expect(redact('{"secret":"abc"} abc, abc.', "abc")).toBe('{"secret":"[secret]"} [secret], [secret].');
  });

  test("does not garble words that hold it", () => {
    expect(redact("abcdef xabc 1abc", "abc")).toBe("abcdef xabc 1abc");
  });
});

test("no secret, no change", () => {
  expect(redact("nothing (to) hide", undefined, "")).toBe("nothing (to) hide");
});

test.each([
  ["backslashes", "\\".repeat(200_000)],
  ["a beginning that never ends", "canary\\".repeat(30_000)],
  ["ampersands", "&amp;#".repeat(40_000)],
  ["zeros in an entity", `&#${"0".repeat(200_000)}`],
])("a long text of %s takes linear time, and comes back as it is", (_case, text) => {
  expect(redact(text, 'canary"&secret', SECRET)).toBe(text);
});
