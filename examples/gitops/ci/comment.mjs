// Usage: node ci/comment.mjs <report.md>
// Shows a preview on its pull request (GitHub) or merge request (GitLab): one comment, brought up to date each time.

import { readFile } from "node:fs/promises";
import { forge } from "./forge.mjs";
import { marker } from "./report.mjs";
import { runMain } from "./run.mjs";

await runMain(async () => {
  const [file = "preview.md"] = process.argv.slice(2);
  const body = await readFile(file, "utf8");
  const { comments } = forge();
  const earlier = (await comments.list()).find((comment) => comment.body.startsWith(marker("preview")));
  await (earlier ? comments.update(earlier.id, body) : comments.create(body));
});
