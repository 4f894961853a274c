import { type NotificationErrorCode, verifyNotification } from "../../provider/src/receiver";
import { codeOf, NOW, OPTIONS, refusal, SECRET, signed } from "./support";

const { headers: GOOD, body: BODY } = signed();
const INPUT = GOOD["signature-input"] ?? "";
const BASE64 = (GOOD.signature ?? "").slice("up42-sig=".length);

const withInput = (input: string) => ({ headers: { ...GOOD, "signature-input": input }, body: BODY });
const withSignature = (signature: string) => ({ headers: { ...GOOD, signature }, body: BODY });

describe("Signature-Input", () => {
  test.each([
    ["other signatures around it", `a=("date");created=1, ${INPUT}, b=("x");created=2`],
    ["odd spacing", `  up42-sig=(  "date"   "digest"  );  created=${NOW}  `],
    ["header names in upper case", `up42-sig=("Date" "DIGEST");created=${NOW}`],
    ["more parameters", `up42-sig=("date" "digest");nonce="n,(";created=${NOW};x=:AAAA:;flag`],
    ["twice, the last one good", `up42-sig=("nothing");created=1, ${INPUT}`],
    ["names without quotes", `up42-sig=(date digest);created=${NOW}`],
    ["a parameter in mixed case", `${INPUT};keyId="k"`],
    [
      "a parameter without quotes",
      `${INPUT};nonce=377669ea-5521-416a-976a-8e290466f7fb;alg=HMAC_SHA256;9=;@`,
    ],
    ["a separator at the end", `${INPUT};`],
    ["separators at both ends, and two in a row", `,${INPUT};;, ,`],
    ["spaces before separators", `up42-sig = ("date" "digest") ; created = ${NOW} ; x`],
    ["another signature that nobody can read", `sig1=(("a"; "\\"",(b);c, ${INPUT}, sig2=?`],
    ["an expiry that has passed, which UP42's validator does not mind", `${INPUT};expires=1`],
    ["an expiry that is no time", `${INPUT};expires="soon"`],
  ])("with %s is good", (_, input) => {
    expect(verifyNotification(withInput(input), OPTIONS).bodyBound).toBe(true);
  });

  test("that lists a header twice has its value twice, as in UP42's validator", () => {
    const request = signed({
      headers: [
        ["x-a", "b"],
        ["x-a", "b"],
      ],
    });
    expect(verifyNotification(request, OPTIONS).signedHeaders).toEqual(["x-a", "x-a", "digest"]);
  });

  test("gives the key id, quoted or not", () => {
    for (const keyId of ['"k 1"', "k 1"]) {
      expect(verifyNotification(withInput(`${INPUT};keyId=${keyId}`), OPTIONS).keyId).toBe("k 1");
    }
  });

  test.each<[string, string, NotificationErrorCode]>([
    ["empty", "", "missing_signature_input"],
    ["blank", "  ", "missing_signature_input"],
    ["no dictionary", "(((", "malformed_signature_input"],
    ["a label in upper case", INPUT.replace("up42-sig", "UP42-SIG"), "label_not_found"],
    ["an unclosed list", `up42-sig=("date"`, "malformed_signature_input"],
    ["no list", `up42-sig="date";created=${NOW}`, "malformed_signature_input"],
    ["no value", "up42-sig", "malformed_signature_input"],
    ["only other signatures", `sig1=("date");created=${NOW}`, "label_not_found"],
    ["twice, the last one wrong", `${INPUT}, up42-sig=("date");created=${NOW}`, "signature_mismatch"],
    ["an empty list", `up42-sig=();created=${NOW}`, "nothing_signed"],
    ["no created", `up42-sig=("date" "digest")`, "missing_created"],
    ["created as a string", `up42-sig=("date" "digest");created="${NOW}"`, "missing_created"],
    ["created with a fraction", `up42-sig=("date" "digest");created=${NOW}.5`, "missing_created"],
    ["created before 1970", `up42-sig=("date" "digest");created=-1`, "missing_created"],
    ["created as a flag", `up42-sig=("date" "digest");created`, "missing_created"],
    ["created twice, the last one old", `${INPUT};created=1`, "too_old"],
    ["a derived component", `up42-sig=("date" "@method");created=${NOW}`, "unsupported_component"],
    ["a name in quotes that is none", `up42-sig=("da te");created=${NOW}`, "unsupported_component"],
    ["an unclosed quote", `up42-sig=("date);created=${NOW}`, "malformed_signature_input"],
    ["text after the list", `up42-sig=("date" "digest")x;created=${NOW}`, "malformed_signature_input"],
    ["part of a header", `up42-sig=("date";key="a");created=${NOW}`, "unsupported_component"],
    ["a header that wasn't sent", `up42-sig=("date" "etag");created=${NOW}`, "signed_header_missing"],
    [
      "a name objects inherit",
      `up42-sig=("constructor" "__proto__");created=${NOW}`,
      "signed_header_missing",
    ],
    ["the headers in another order", `up42-sig=("digest" "date");created=${NOW}`, "signature_mismatch"],
  ])("%s is refused", (_, input, code) => {
    expect(codeOf(withInput(input))).toBe(code);
  });

  test("that lists only empty headers is refused, though the signature is right", () => {
    expect(codeOf(signed({ headers: [["x-empty", ""]], digest: "none" }))).toBe("nothing_signed");
  });

  test("names the header that is missing", () => {
    expect(refusal(withInput(`up42-sig=("x-gone");created=${NOW}`)).message).toContain(`"x-gone"`);
  });
});

describe("Signature", () => {
  test.each([
    ["bytes of a structured field", `up42-sig=:${BASE64}:`],
    ["others around it", `a=:AAAA:,up42-sig=${BASE64} , b=AAAA`],
    ["spaces around it", `  up42-sig = ${BASE64}  `],
    ["followed by separators", `up42-sig=${BASE64}; ,`],
    ["followed by parameters", `up42-sig=:${BASE64}:;alg=x`],
    ["twice, the last one good", `up42-sig=AAAA, up42-sig=${BASE64}`],
  ])("as %s is good", (_, signature) => {
    expect(verifyNotification(withSignature(signature), OPTIONS).bodyBound).toBe(true);
  });

  test.each<[string, string, NotificationErrorCode]>([
    ["empty", "", "missing_signature"],
    ["without a label", BASE64, "label_not_found"],
    ["with another label", `sig1=${BASE64}`, "label_not_found"],
    ["with a longer label", `xup42-sig=${BASE64}`, "label_not_found"],
    ["without a value", "up42-sig=", "malformed_signature"],
    ["with one colon", `up42-sig=:${BASE64}`, "malformed_signature"],
    ["without padding", `up42-sig=${BASE64.replace(/=+$/, "")}`, "malformed_signature"],
    ["too long", `up42-sig=${BASE64}AAAA`, "malformed_signature"],
    ["too short", "up42-sig=AAAA", "malformed_signature"],
    ["in hex", `up42-sig=${Buffer.from(BASE64, "base64").toString("hex")}`, "malformed_signature"],
    ["in base64url", `up42-sig=${"-".repeat(42)}8=`, "malformed_signature"],
    ["with a space in it", `up42-sig=${BASE64.slice(0, 9)} ${BASE64.slice(9)}`, "malformed_signature"],
    ["of zeros", `up42-sig=${"A".repeat(43)}=`, "signature_mismatch"],
    ["twice, the last one wrong", `up42-sig=${BASE64}, up42-sig=${"A".repeat(43)}=`, "signature_mismatch"],
  ])("%s is refused", (_, signature, code) => {
    expect(codeOf(withSignature(signature))).toBe(code);
  });

  test("with other unused bits at its end is refused, though it decodes to the same bytes", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const last = alphabet.indexOf(BASE64.charAt(42));
    for (const bits of [1, 2, 3]) {
      const twin = `${BASE64.slice(0, 42)}${alphabet.charAt(last ^ bits)}=`;
      expect(Buffer.from(twin, "base64")).toEqual(Buffer.from(BASE64, "base64"));
      expect(codeOf(withSignature(`up42-sig=${twin}`))).toBe("malformed_signature");
    }
  });
});

test("either header missing is refused, and the message says what UP42 needs", () => {
  const { "signature-input": input = "", signature = "", ...rest } = GOOD;
  const noInput = refusal({ headers: { ...rest, signature }, body: BODY });
  expect(noInput.code).toBe("missing_signature_input");
  expect(noInput.message).toContain("have a secret");
  expect(codeOf({ headers: { ...rest, "signature-input": input }, body: BODY })).toBe("missing_signature");
});

test("values are joined with nothing in between", () => {
  const headers = { a: "xy", b: "z", "signature-input": `up42-sig=("a" "b");created=${NOW}` };
  const { signature = "" } = signed({ headers: [["c", "xyz"]], digest: "none" }).headers;
  const request = { headers: { ...headers, signature }, body: BODY };
  expect(verifyNotification(request, { secret: SECRET, now: OPTIONS.now }).signedHeaders).toEqual(["a", "b"]);
});
