// Usage: node ci/preview.mjs <report.md>
// Previews what a deployment would change, and reports that, or why it would fail.

import { rm } from "node:fs/promises";
import { resources, writeReport } from "./report.mjs";
import { preview, runMain } from "./run.mjs";

await runMain(async () => {
  const [file = "preview.md"] = process.argv.slice(2);
  await rm(file, { force: true });
  const { exitCode, output } = await preview();
  const text = exitCode === 0 ? `**${resources(output)}**` : "**The preview failed.**";
  await writeReport(file, { kind: "preview", text, output });
  return exitCode;
});
