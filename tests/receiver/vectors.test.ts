import { readFileSync } from "node:fs";
import { join } from "node:path";
import { verifyNotification } from "../../provider/src/receiver";
import { codeOf } from "./support";

interface Vector {
  name: string;
  secret: string;
  /** Unix seconds. */
  now: number;
  headers: Record<string, string>;
  body: string;
  bodyBound: boolean;
}

const vectors: Vector[] = JSON.parse(readFileSync(join(__dirname, "vectors", "vectors.json"), "utf8"));

test("there are vectors", () => {
  expect(vectors.length).toBeGreaterThanOrEqual(4);
});

test.each(vectors)("what Python signed verifies: $name", ({ secret, now, headers, body, bodyBound }) => {
  const verified = verifyNotification({ headers, body }, { secret, now: () => now * 1000 });

  expect(verified.bodyBound).toBe(bodyBound);
  expect(verified.notification).toEqual(JSON.parse(body));
});

test.each(vectors)("and with another secret doesn't: $name", ({ secret, now, headers, body }) => {
  expect(codeOf({ headers, body }, { secret: `${secret} `, now: () => now * 1000 })).toBe(
    "signature_mismatch",
  );
});
