// Usage: node ci/issue.mjs <report.md>
// Keeps one issue open as long as there is drift. There is drift when the report exists.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { forge } from "./forge.mjs";
import { marker, title } from "./report.mjs";
import { runMain } from "./run.mjs";

await runMain(async () => {
  const [file = "drift.md"] = process.argv.slice(2);
  const { issues } = forge();
  const earlier = (await issues.listOpen()).find(({ body }) => body.startsWith(marker("drift")));
  if (existsSync(file)) {
    const body = await readFile(file, "utf8");
    await (earlier ? issues.update(earlier.id, body) : issues.create(title("drift"), body));
  } else if (earlier) {
    await issues.comment(earlier.id, "UP42 is what the program says again.");
    await issues.close(earlier.id);
  }
});
