import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { WORKSPACE } from "../support/pulumi";
import { type Document, type Link, readDocument, readDocuments } from "./markdown";

const documents = new Map(readDocuments().map((document) => [document.path, document]));

test.each([...documents])("%s: every link within the repository leads somewhere", (_, document) => {
  expect(document.links.flatMap((link) => problemOf(document, link))).toEqual([]);
});

test("a link that leads nowhere would be found", () => {
  const document = readDocument("README.md");
  const broken = ["docs/nothing.md", "docs/lifecycle.md#nothing", "#nothing"];
  expect(broken.flatMap((href) => problemOf(document, { href, text: "" }))).toHaveLength(broken.length);
  const good = ["docs/lifecycle.md#drift", "docs", "https://example.com/", "#configuration"];
  expect(good.flatMap((href) => problemOf(document, { href, text: "" }))).toEqual([]);
});

test("each test that SECURITY.md names is in the file that it links", () => {
  const tests = readDocument("SECURITY.md").links.filter(({ href }) => href.endsWith(".test.ts"));
  expect(tests.length).toBeGreaterThan(25);
  const missing = tests.filter(({ href, text }) => !titlesIn(href).includes(text));
  expect(missing).toEqual([]);
});

function problemOf({ path }: Document, { href }: Link): readonly string[] {
  if (/^[a-z]+:/i.test(href)) {
    return [];
  }
  const [target = "", anchor] = decodeURI(href).split("#");
  const file = target === "" ? path : normalize(join(dirname(path), target));
  if (!existsSync(join(WORKSPACE, file))) {
    return [`${href}: there is no ${file}`];
  }
  if (anchor === undefined) {
    return [];
  }
  return documents.get(file)?.anchors.has(anchor) ? [] : [`${href}: ${file} has no #${anchor}`];
}

/** The titles of a file's tests, with … for what differs between the cases of one. */
function titlesIn(path: string): readonly string[] {
  const source = readFileSync(join(WORKSPACE, path), "utf8");
  const titles = [...source.matchAll(/\btest(?:\.each\((?:[^()]|\([^()]*\))*\))?\(\s*"([^"]+)"/g)];
  return titles.map(([, title = ""]) => title.replace(/%[sdijp]/g, "…"));
}
