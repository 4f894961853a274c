import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import markdownIt from "markdown-it";
import { WORKSPACE } from "../support/pulumi";

/** A fenced block of code. */
export interface Snippet {
  /** The first word after the fence, such as "ts"; empty when there is none. */
  readonly language: string;
  readonly text: string;
  /** Where the code begins, counted from 1. */
  readonly line: number;
}

/** A link, or an image. */
export interface Link {
  readonly href: string;
  readonly text: string;
}

/** A Markdown file, taken apart. */
export interface Document {
  /** Relative to the workspace's root. */
  readonly path: string;
  readonly text: string;
  readonly snippets: readonly Snippet[];
  readonly links: readonly Link[];
  /** What a link can point to within it, as GitHub and other forges name them. */
  readonly anchors: ReadonlySet<string>;
  readonly headings: readonly Heading[];
}

/** A heading. */
export interface Heading {
  /** 1 for the title. */
  readonly level: number;
  readonly text: string;
  /** The code in it. */
  readonly codes: readonly string[];
}

type Token = ReturnType<ReturnType<typeof markdownIt>["parse"]>[number];

const parser = markdownIt({ html: true });

/** All Markdown files of the workspace. */
export function readDocuments(): readonly Document[] {
  return markdownFiles(WORKSPACE)
    .map((file) => relative(WORKSPACE, file))
    .sort()
    .map(readDocument);
}

/** One Markdown file, by its path relative to the workspace's root. */
export function readDocument(path: string): Document {
  const text = readFileSync(join(WORKSPACE, path), "utf8");
  const tokens = parser.parse(text, {});
  const inline = tokens.flatMap(({ children }) => children ?? []);
  const headings = tokens.flatMap((token, index) => headingOf(token, tokens[index + 1]));
  return {
    path,
    text,
    snippets: tokens.flatMap(snippetOf),
    links: inline.flatMap((token, index) => linkOf(token, inline.slice(index + 1))),
    anchors: new Set([...slugs(headings.map((heading) => heading.text)), ...ids(text)]),
    headings,
  };
}

function markdownFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return /^(node_modules|dist|coverage|\..+)$/.test(entry.name) ? [] : markdownFiles(path);
    }
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

function snippetOf({ type, info, content, map }: Token): readonly Snippet[] {
  if (type !== "fence") {
    return [];
  }
  return [{ language: info.trim().split(/\s+/)[0] ?? "", text: content, line: (map?.[0] ?? 0) + 2 }];
}

function headingOf({ type, tag }: Token, content: Token | undefined): readonly Heading[] {
  if (type !== "heading_open") {
    return [];
  }
  const children = content?.children ?? [];
  const texts = children.filter((child) => child.type === "text" || child.type === "code_inline");
  return [
    {
      level: Number(tag.slice(1)),
      text: texts.map((child) => child.content).join(""),
      codes: texts.filter((child) => child.type === "code_inline").map((child) => child.content),
    },
  ];
}

function linkOf(token: Token, following: readonly Token[]): readonly Link[] {
  if (token.type !== "link_open" && token.type !== "image") {
    return [];
  }
  const end = following.findIndex(({ type }) => type === "link_close");
  const text = following
    .slice(0, Math.max(end, 0))
    .map(({ content }) => content)
    .join("");
  return [{ href: String(token.attrGet("href") ?? token.attrGet("src") ?? ""), text }];
}

/** Lower case, without punctuation, hyphens for spaces; a number is added to what was there before. */
function slugs(headings: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return headings.map((heading) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
      .replaceAll(" ", "-");
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

function ids(html: string): readonly string[] {
  return [...html.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id);
}
