import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Puts what a command has measured into a document: replaces what stands between `<!-- figures: NAME -->` and
 * `<!-- end of figures: NAME -->`.
 *
 * @param {string} document relative to the repository, such as "docs/performance.md"
 * @param {string} name of the block
 * @param {string} figures Markdown
 * @throws {Error} when the document has no such block
 */
export async function writeFigures(document, name, figures) {
  const file = join(ROOT, document);
  const text = await readFile(file, "utf8");
  const [begin, end] = [`<!-- figures: ${name} -->\n`, `<!-- end of figures: ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document} has no block "${begin.trim()}".`);
  await writeFile(file, `${text.slice(0, from + begin.length)}\n${figures.trim()}\n\n${text.slice(to)}`);
  const biome = join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");
  await promisify(execFile)(process.execPath, [biome, "format", "--write", file]);
}

/**
 * @param {readonly string[]} header
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function markdownTable(header, rows) {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
