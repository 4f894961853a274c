import { join } from "node:path";
import { describeResult, type RunningCommand, startCommand } from "../../tools/process.mjs";
import { WORKSPACE } from "../support/pulumi";

let compat: RunningCommand | undefined;

afterEach(async () => {
  compat?.kill("SIGTERM");
  await compat?.result;
});

test("the packed packages install with npm, load, have types, and deploy with the oldest SDK", async () => {
  const command = [join("tools", "compat.mjs"), "--programs", "esm"];
  compat = startCommand(process.execPath, command, { cwd: WORKSPACE, env: process.env });
  const result = await compat.result;
  if (result.exitCode !== 0) throw new Error(describeResult(result));
  const steps = result.stdout.match(/(?<=^ok +[\d.]+ s {2}).*/gm);
  expect(steps).toEqual([
    "receiver without Pulumi",
    "install",
    "require and import find the same names",
    ...["node10", "node16", "nodenext", "bundler"].map((name) =>
      expect.stringMatching(`^types by .*, ${name}$`),
    ),
    "pulumi up, esm",
  ]);
});
