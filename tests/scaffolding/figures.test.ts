import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { median, replaceFigures } from "../../tools/figures.mjs";
import { WORKSPACE } from "../support/pulumi";

describe("the figures of a document", () => {
  test("replace what is between their marks, and nothing else", () => {
    const text =
      "before\n<!-- figures: a -->\nold\n<!-- end of figures: a -->\n<!-- figures: b -->\n<!-- end of figures: b -->\n";
    expect(replaceFigures(text, "a", "new\n")).toBe(text.replace("\nold\n", "\n\nnew\n\n"));
    expect(replaceFigures(text, "c", "new")).toBeUndefined();
    expect(replaceFigures("<!-- end of figures: a -->\n<!-- figures: a -->\n", "a", "new")).toBeUndefined();
  });

  test.each([
    ["docs/performance.md", ["bench", "skipped checkpoints"]],
    ["docs/reliability.md", ["skipped checkpoints"]],
    ["docs/receiver.md", ["receiver:size"]],
  ])("have their place in %s", async (document, names) => {
    const text = await readFile(join(WORKSPACE, document), "utf8");
    for (const name of names) {
      expect(replaceFigures(text, name, "new")).toBeDefined();
    }
  });
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});
