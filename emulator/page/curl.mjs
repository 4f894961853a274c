// Requests as commands for a shell.

/** What curl works out itself. */
const OWN_HEADERS = ["host", "content-length", "connection", "transfer-encoding", "accept-encoding"];

/**
 * @param {{ method: string, url: string, headers: Readonly<Record<string, string>>, body: string | null }} request
 */
export function curl({ method, url, headers, body }) {
  const lines = Object.entries(headers)
    .filter(([name]) => !OWN_HEADERS.includes(name))
    .map(([name, value]) => `--header ${header(name, value)}`);
  const data = body === null ? [] : [`--data-raw ${quote(body)}`];
  return [`curl --request ${method} ${quote(url)}`, ...lines, ...data].join(" \\\n  ");
}

/**
 * @param {string} name
 * @param {string} value
 */
function header(name, value) {
  // The page does not know the token: the shell fills it in.
  return value === "Bearer [hidden]" ? `"${name}: Bearer $UP42_ACCESS_TOKEN"` : quote(`${name}: ${value}`);
}

/**
 * A text as one word of a shell.
 * @param {string} text
 */
export function quote(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
