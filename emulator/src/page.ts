import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The emulator's page and the headers that it is sent with. */
export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Puts the page's style and script into it, and allows the browser exactly these two. */
export function loadPage(): Page {
  const read = (name: string) => readFileSync(join(__dirname, "..", "page", name), "utf8");
  const [style, script] = [read("page.css"), read("page.js")];
  const html = read("index.html")
    .replace('<link rel="stylesheet" href="page.css" />', () => `<style>${style}</style>`)
    .replace(
      '<script type="module" src="page.js"></script>',
      () => `<script type="module">${script}</script>`,
    );
  const policy = [
    "default-src 'none'",
    `style-src '${sourceHash(style)}'`,
    `script-src '${sourceHash(script)}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  return {
    html,
    headers: { "content-security-policy": policy.join("; "), "referrer-policy": "no-referrer" },
  };
}

function sourceHash(source: string): string {
  return `sha256-${createHash("sha256").update(source).digest("base64")}`;
}
