// Usage: node ci/drift.mjs <report.md>
// Compares UP42 with the program. Writes the report only if they differ; fails only if it cannot be found out.

import { rm } from "node:fs/promises";
import { resources, writeReport } from "./report.mjs";
import { preview, runMain } from "./run.mjs";

const CHANGES = /^error: no changes were expected.*\n?/m;

await runMain(async () => {
  const [file = "drift.md"] = process.argv.slice(2);
  await rm(file, { force: true });
  const { exitCode, stderr, output } = await preview(["--expect-no-changes"]);
  if (exitCode === 0) {
    console.log("UP42 is what the program says.");
    return 0;
  }
  if (!CHANGES.test(stderr)) return exitCode;
  await writeReport(file, {
    kind: "drift",
    text: [
      "Somebody changed it at UP42, or the last deployment did not succeed.",
      "Deploying again makes UP42 what the program says; if the change is right, put it into the program.",
      `**${resources(output)}**`,
    ].join("\n\n"),
    output: output.replace(CHANGES, ""),
  });
  return 0;
});
