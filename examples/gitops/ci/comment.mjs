// Usage: node ci/comment.mjs <preview.txt>
// Shows a preview as one note on the merge request, and replaces it with the next one. GITLAB_TOKEN is a project access
// token with the role Reporter and the scope api.
import { readFile } from "node:fs/promises";

const { CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, CI_JOB_URL, GITLAB_TOKEN = "" } = process.env;
const NOTES = `${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/merge_requests/${CI_MERGE_REQUEST_IID}/notes`;
const MARKER = "<!-- pulumi preview -->";
const MOST_CHARACTERS = 100_000;

const output = (await readFile(process.argv[2] ?? "preview.txt", "utf8")).slice(0, MOST_CHARACTERS);
// Longer than any run of backticks in the output, so that the output cannot end it.
const fence = "`".repeat(Math.max(3, ...[...output.matchAll(/`+/g)].map(([run]) => run.length + 1)));
const body = `${MARKER}\n### Preview\n\n${fence}text\n${output}\n${fence}\n\n[Log of the job](${CI_JOB_URL})`;

const { id: me } = await request("GET", `${CI_API_V4_URL}/user`);
const earlier = await findNote();
if (earlier === undefined) {
  await request("POST", NOTES, { body });
} else {
  await request("PUT", `${NOTES}/${earlier.id}`, { body });
}

/** Anyone may write a note with the marker: only one by this token's own user is replaced. */
async function findNote() {
  for (let page = 1; ; page += 1) {
    /** @type {{ id: number, body: string, author: { id: number } }[]} */
    const notes = await request("GET", `${NOTES}?per_page=100&page=${page}`);
    const found = notes.find((note) => note.author.id === me && note.body.startsWith(MARKER));
    if (found !== undefined || notes.length < 100) {
      return found;
    }
  }
}

/**
 * @param {string} method
 * @param {string} url
 * @param {object} [content]
 */
async function request(method, url, content) {
  const response = await fetch(url, {
    method,
    headers: { "private-token": GITLAB_TOKEN, "content-type": "application/json" },
    ...(content && { body: JSON.stringify(content) }),
  });
  if (!response.ok) {
    throw new Error(`${method} ${url} failed: HTTP ${response.status} ${await response.text()}`);
  }
  return await response.json();
}
