import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { verifyNotification, verifyNotificationAsync } from "../../provider/src/receiver";
import { runCommand } from "../../tools/process.mjs";
import { codeOf } from "./support";

const FOLDER = join(__dirname, "vectors");

const Request = {
  name: v.string(),
  secret: v.string(),
  now: v.number(),
  headers: v.record(v.string(), v.string()),
};
const Good = v.strictObject({ ...Request, body: v.string(), bodyBound: v.boolean() });
const Refused = v.strictObject({ ...Request, body: v.string(), code: v.string() });
const Vectors = v.strictObject({ version: v.literal(1), vectors: v.array(v.union([Good, Refused])) });

const text = readFileSync(join(FOLDER, "vectors.json"), "utf8");
const { vectors } = v.parse(Vectors, JSON.parse(text));
const good = vectors.filter((vector) => "bodyBound" in vector);
const refused = vectors.filter((vector) => "code" in vector);

test.each(good)("what Python signed verifies: $name", async ({ secret, now, headers, body, bodyBound }) => {
  const options = { secret, now: () => now * 1000 };
  const verified = verifyNotification({ headers, body }, options);

  expect(verified.bodyBound).toBe(bodyBound);
  expect(verified.notification).toEqual(JSON.parse(body));
  expect(await verifyNotificationAsync({ headers, body }, options)).toEqual(verified);
});

test.each(good)("and with another secret doesn't: $name", ({ secret, now, headers, body }) => {
  expect(codeOf({ headers, body }, { secret: `${secret} `, now: () => now * 1000 })).toBe(
    "signature_mismatch",
  );
});

test.each(refused)("is refused: $name", async ({ secret, now, headers, body, code }) => {
  const options = { secret, now: () => now * 1000 };
  expect(codeOf({ headers, body }, options)).toBe(code);
  await expect(verifyNotificationAsync({ headers, body }, options)).rejects.toMatchObject({ code });
});

test("vectors.json is what make-vectors.py makes", async () => {
  const { stdout, stderr } = await runCommand("python3", [join(FOLDER, "make-vectors.py")]);
  expect(stderr).toBe("");
  expect(stdout).toBe(text);
});
