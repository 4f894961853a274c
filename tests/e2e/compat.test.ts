import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { WORKSPACE } from "../support/pulumi";

test("the packed packages install with npm and pnpm, deploy, type-check and load", async () => {
  const command = [join("tools", "compat", "compat.mjs"), "--small", "--json"];
  // It fails, with what failed, unless everything works or fails as explained.
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: WORKSPACE });
  const { outcomes }: { outcomes: { group: string; verdict: string }[] } = JSON.parse(stdout);
  expect([...new Set(outcomes.map(({ verdict }) => verdict))]).toEqual(["works"]);
  expect(outcomes.map(({ group }) => group)).toEqual([
    "pulumi up",
    "pulumi up",
    "TypeScript",
    "Modules",
    "Receivers without Pulumi",
  ]);
});
