import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { WORKSPACE } from "../support/pulumi";
import { readDocument } from "./markdown";

/** What a screen shows, roughly: the reader gets to the first webhook without turning the page. */
const SCREEN_LINES = 60;
const COMMANDS = 4;

const readme = readDocument("README.md");
const upIndex = readme.snippets.findIndex(({ text }) => text.includes("pulumi up"));

test("its first webhook is on the first screen, after a few commands", () => {
  expect(readme.snippets[upIndex]?.line).toBeLessThan(SCREEN_LINES);
  expect(readme.text.split("\n").length).toBeLessThan(2 * SCREEN_LINES);
  const commands = readme.snippets.slice(0, upIndex + 1).flatMap(({ text }) => text.trim().split("\n"));
  expect(commands.length).toBeLessThanOrEqual(COMMANDS);
});

test("it shows the program that `init` writes", async () => {
  const template = join(WORKSPACE, "provider/templates/languages/typescript/index.ts");
  const program = readme.snippets.find(({ language }) => language === "ts")?.text;
  expect(program).toBe(await readFile(template, "utf8"));
});

test("provider/README.md shows the same program and commands", () => {
  const { snippets } = readDocument("provider/README.md");
  const texts = snippets.map(({ text }) => text);
  expect(texts.length).toBeGreaterThan(upIndex);
  expect(readme.snippets.map(({ text }) => text)).toEqual(expect.arrayContaining(texts));
});
