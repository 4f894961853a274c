import { join } from "node:path";
import { describeResult, type RunningCommand, startCommand } from "../../tools/process.mjs";
import { WORKSPACE } from "../support/pulumi";

let compat: RunningCommand | undefined;

afterEach(async () => {
  compat?.kill("SIGTERM");
  await compat?.result;
});

test("the packed packages install with npm and pnpm, deploy, and load", async () => {
  const command = [join("tools", "compat", "compat.mjs"), "--small", "--json"];
  compat = startCommand(process.execPath, command, { cwd: WORKSPACE, env: process.env });
  const result = await compat.result;
  // It fails unless everything works, or fails as explained.
  if (result.exitCode !== 0) throw new Error(describeResult(result));
  const { outcomes }: { outcomes: { group: string; verdict: string }[] } = JSON.parse(result.stdout);
  expect(outcomes.map(({ group, verdict }) => `${group}: ${verdict}`)).toEqual([
    "pulumi up: works",
    "pulumi up: works",
    "Modules: works",
    "Receivers without Pulumi: works",
  ]);
});
