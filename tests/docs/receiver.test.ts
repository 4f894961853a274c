import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

test("docs/receiver.md has each error code with its status, and no other", () => {
  const source = readFileSync(join(ROOT, "provider/src/receiver/notification-error.ts"), "utf8");
  const docs = readFileSync(join(ROOT, "docs/receiver.md"), "utf8");
  const inSource = [...source.matchAll(/^ {2}(\w+): (\d{3}),$/gm)].map(
    ([, code, status]) => `${code} ${status}`,
  );
  const inDocs = [...docs.matchAll(/^\| `([a-z_]+)` +\| (\d{3}) +\|/gm)].map(
    ([, code, status]) => `${code} ${status}`,
  );

  expect(inSource.length).toBeGreaterThan(20);
  expect(inDocs).toEqual(inSource);
});
