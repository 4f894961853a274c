import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { webhookFields, webhookTestFields } from "../../provider/src/lifecycle/fields";
import { requirePulumi } from "../../tools/pulumi-cli.mjs";
import { WORKSPACE } from "../support/pulumi";
import { readDocument } from "./markdown";

/** Where the messages come from that are not ours. */
const FOREIGN = "Messages of Pulumi and Node.js";

/** A part of a message that says something: shorter ones are found anywhere. */
const TELLING = 12;

interface Entry {
  readonly section: string;
  /** The message, as a user sees it. */
  readonly message: string;
  /** What of it is the same in every case. */
  readonly fragments: readonly string[];
}

const parsed = new Map<string, ts.SourceFile>();

const { headings } = readDocument("docs/troubleshooting.md");
const entries: readonly Entry[] = headings.flatMap((heading, index) =>
  heading.level !== 3
    ? []
    : heading.codes.map((message) => ({
        section: headings.slice(0, index).findLast(({ level }) => level === 2)?.text ?? "",
        message,
        fragments: fragmentsOf(message),
      })),
);
const ours = entries.filter(({ section }) => section !== FOREIGN);
const provider = sourceFiles("provider/src").filter((file) => !file.includes("/receiver/"));

test("every message that it explains exists in the sources", () => {
  expect(ours.length).toBeGreaterThan(60);
  const texts = [...provider, ...sourceFiles("emulator/src")].flatMap(textsIn);
  const exists = (fragment: string) => texts.some((text) => text.includes(fragment));
  const gone = ours.flatMap(({ message, fragments }) =>
    fragments.filter((fragment) => !exists(fragment)).map((fragment) => ({ message, fragment })),
  );
  expect(gone).toEqual([]);
  expect(exists("a message that nobody has written")).toBe(false);
});

test("every message says something by which it is found", () => {
  const vague = entries.filter(({ fragments }) => !fragments.some(({ length }) => length >= TELLING));
  expect(vague.map(({ message }) => message)).toEqual(["`pulumi …` failed: …"]);
});

test("every error that the provider throws is explained", () => {
  // Nobody gets to see these: the first is a defect if it is thrown, the others are told by Commander, with its usage.
  const unexplained = [
    "An access token is used as it is; there is nothing to log in with.",
    "It must name an event, such as order.status.",
    "It must be a number of more than 0.",
  ];
  const thrown = provider.flatMap(errorsIn).filter((text) => fragmentsOf(text).some(isTelling));
  expect(thrown.length).toBeGreaterThan(30);
  expect(thrown.filter((text) => !isExplained(text)).sort()).toEqual(unexplained.sort());
});

test("every advice about an HTTP status is explained", () => {
  const texts = textsIn(join(WORKSPACE, "provider/src/up42/errors/api-error.ts"));
  const advice = texts.filter((text) => /^[A-Z].+\.$/.test(text) && !text.startsWith("Could not"));
  expect(advice.length).toBeGreaterThan(6);
  expect(advice.filter((text) => !isExplained(text))).toEqual([]);
});

test("the messages of Pulumi and Node.js are theirs", async () => {
  const foreign = entries.filter(({ section }) => section === FOREIGN);
  expect(foreign.length).toBeGreaterThan(5);
  const { binary } = await requirePulumi();
  const modules = ["@pulumi/pulumi/cmd/dynamic-provider/index.js", "require-from-string/index.js"];
  const sources = [binary, ...modules.map((file) => join(WORKSPACE, "node_modules", file))];
  const contents = [
    ...sources.map((file) => readFileSync(file)),
    ...["@pulumi/pulumi/cmd/dynamic-provider", "pulumi-up42/host"].map(messageOfMissing),
  ];
  const unknown = foreign.filter(({ message }) => !contents.some((content) => content.includes(message)));
  expect(unknown.map(({ message }) => message)).toEqual([]);
});

/** What Node.js says when a package is not there. */
function messageOfMissing(name: string): Buffer {
  try {
    require(`${name}-that-is-not-there`);
    return Buffer.from("");
  } catch (error) {
    return Buffer.from(String(error).replaceAll("-that-is-not-there", ""));
  }
}

function isTelling(fragment: string): boolean {
  return fragment.length >= TELLING;
}

function isExplained(text: string): boolean {
  return ours.some(({ fragments }) =>
    fragments.some((fragment) => isTelling(fragment) && text.includes(fragment)),
  );
}

/** The parts of a message between what differs; without the property that a refused argument begins with. */
function fragmentsOf(message: string): readonly string[] {
  const properties = Object.keys({ ...webhookFields, ...webhookTestFields }).join("|");
  return plain(message)
    .replace(new RegExp(`^(${properties}): `), "")
    .replace(/HTTP \d{3}: /g, "HTTP …")
    .split("…")
    .map((fragment) => fragment.replace(/^[\s:.;,]+|\s+$/g, ""))
    .filter((fragment) => /\w/.test(fragment));
}

/** Code in a message is marked, which headings cannot show. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(WORKSPACE, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(WORKSPACE, folder, file));
}

/** All texts in a source, with … for what is put in. */
function textsIn(file: string): readonly string[] {
  return collect(file, (node) => (isText(node) && !isText(node.parent) ? [textOf(node)] : []));
}

/** The texts of the errors that a source makes. */
function errorsIn(file: string): readonly string[] {
  return collect(file, (node) =>
    ts.isNewExpression(node) && /Error$/.test(node.expression.getText())
      ? (node.arguments ?? []).map(textOf)
      : [],
  );
}

function collect(file: string, pick: (node: ts.Node) => readonly string[]): readonly string[] {
  const source =
    parsed.get(file) ?? ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
  parsed.set(file, source);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    found.push(...pick(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isText(node: ts.Node): boolean {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateExpression(node) ||
    (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
  );
}

function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return plain(node.text);
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isTemplateExpression(node)) {
    return plain(node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(""));
  }
  return ts.isBinaryExpression(node) ? textOf(node.left) + textOf(node.right) : "…";
}
