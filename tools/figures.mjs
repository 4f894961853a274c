import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Puts what a command has found out into a document: replaces what stands between `<!-- figures: NAME -->` and
 * `<!-- end of figures: NAME -->`.
 *
 * @param {string} document relative to the repository, such as "docs/performance.md"
 * @param {string} name of the block
 * @param {string} figures Markdown, as the formatter writes it
 * @throws {Error} when the document has no such block
 */
export async function writeFigures(document, name, figures) {
  const file = join(ROOT, document);
  const text = replaceFigures(await readFile(file, "utf8"), name, figures);
  if (text === undefined) {
    throw new Error(`${document} has no block "<!-- figures: ${name} -->" with its end.`);
  }
  await writeFile(file, text);
}

/**
 * @param {string} text the document
 * @param {string} name of the block
 * @param {string} figures
 * @returns {string | undefined} nothing when the document has no such block
 */
export function replaceFigures(text, name, figures) {
  const [begin, end] = [`<!-- figures: ${name} -->\n`, `<!-- end of figures: ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    return undefined;
  }
  return `${text.slice(0, from + begin.length)}\n${figures.trim()}\n\n${text.slice(to)}`;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
