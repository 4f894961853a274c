import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

/** A file of the emulator's page, and the headers that it is sent with. */
export interface PageFile {
  /** Where it is served. */
  readonly path: string;
  readonly content: string;
  readonly headers: Readonly<Record<string, string>>;
}

const FOLDER = join(__dirname, "..", "page");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
};
/** The browser may load what the emulator serves, and nothing else. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** Reads the page: `index.html` is served at `/`, its style and its modules beside each other. */
export function loadPage(): PageFile[] {
  return readdirSync(FOLDER).flatMap((name) => {
    const type = TYPES[extname(name)];
    if (type === undefined) {
      return [];
    }
    const html = name === "index.html";
    const policy = html ? { "content-security-policy": POLICY, "referrer-policy": "no-referrer" } : {};
    return {
      path: html ? "/" : `/_emulator/page/${name}`,
      content: readFileSync(join(FOLDER, name), "utf8"),
      headers: { "content-type": type, ...policy },
    };
  });
}
