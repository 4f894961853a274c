import { readFile } from "node:fs/promises";
import { runCommand, runMain } from "./process.mjs";

/** Everything but what is generated, what quotes others, and this file. */
const CHECKED = [".", ":!docs/api", ":!package-lock.json", ":!*go.sum", ":!tools/words.mjs"];

/** Words for which there is a plainer one: fix, again, say or report, people, one that, forever, anyway. */
const WORDS =
  /\b(mend(s|ed|ing)?|anew|tells?|told|telling|(is|are) asked for|whoever|somebody|such an? one|for ever|all the same|left-overs?|doubled|taken for)\b/i;

await runMain(async () => {
  const { stdout } = await runCommand("git", ["ls-files", "-z", "--", ...CHECKED]);
  const found = [];
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    const text = await readFile(file, "utf8");
    // Messages that a document quotes are their sources' own.
    const own = file.endsWith(".md") ? text.replace(/`[^`\n]*`/g, "") : text;
    const places = own.split("\n").map((line, index) => `${file}:${index + 1}: ${line.trim()}`);
    found.push(...places.filter((place) => WORDS.test(place)));
  }
  if (found.length > 0) {
    throw new Error(`Write plainer words (tools/words.mjs):\n${found.join("\n")}`);
  }
});
