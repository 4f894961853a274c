import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";

/** The version of this package. */
export function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8"));
  return v.parse(v.object({ version: v.string() }), content).version;
}
