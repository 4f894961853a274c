import { appendFile, writeFile } from "node:fs/promises";

/** GitHub takes 65536 characters. */
const MAX_LENGTH = 60_000;

const stack = process.env.PULUMI_STACK ?? "the selected stack";

/**
 * The first line of a report, by which the next one finds what it replaces. It cannot be seen.
 *
 * @param {"preview" | "drift"} kind
 */
export function marker(kind) {
  return `<!-- up42-gitops: ${kind} of ${stack} -->`;
}

/** @param {"preview" | "drift"} kind */
export function title(kind) {
  return kind === "preview" ? `Preview of ${stack}` : `UP42 is not what ${stack} says`;
}

/**
 * Writes what Pulumi printed as Markdown, for a comment or an issue. On GitHub, the page of the run shows it, too.
 *
 * @param {string} file
 * @param {{ kind: "preview" | "drift", text: string, output: string }} report
 */
export async function writeReport(file, { kind, text, output }) {
  const markdown = [marker(kind), `### ${title(kind)}`, text, block(output.trim()), ...jobLink(), ""].join(
    "\n\n",
  );
  await writeFile(file, markdown);
  await addToSummary(markdown);
}

/** @param {string} markdown */
export async function addToSummary(markdown) {
  if (process.env.GITHUB_STEP_SUMMARY) await appendFile(process.env.GITHUB_STEP_SUMMARY, markdown);
}

/**
 * What `Resources:` says in the output, in one line, such as "+ 2 to create, 1 unchanged".
 *
 * @param {string} output
 */
export function resources(output) {
  const [, lines = ""] = /^Resources:\n((?: {4}.*\n)+)/m.exec(output) ?? [];
  return lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(", ");
}

/**
 * A block of code that its content cannot end.
 *
 * @param {string} text
 */
function block(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const cut =
    text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}\n… the rest is in the job's log` : text;
  return `${fence}text\n${cut}\n${fence}`;
}

function jobLink() {
  const { CI_JOB_URL, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
  const ofGitHub = GITHUB_RUN_ID && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
  const url = CI_JOB_URL || ofGitHub;
  return url ? [`[Log of the job](${url})`] : [];
}
