/**
 * What became of one step of the demo.
 * @typedef {{ step: string, happened: string, seconds: number, requests: string }} StepResult
 */

/**
 * The table at the end.
 *
 * @param {readonly StepResult[]} results
 */
export function table(results) {
  const rows = [
    ["step", "what happened", "seconds", "requests to UP42"],
    ...results.map(({ step, happened, seconds, requests }) => [step, happened, seconds.toFixed(1), requests]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/**
 * Requests by kind, such as "token, events, list, create, test".
 *
 * @param {readonly { method: string, path: string }[]} requests
 */
export function summarize(requests) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const request of requests) {
    const kind = kindOf(request);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts.size === 0
    ? "none"
    : [...counts].map(([kind, count]) => (count > 1 ? `${count} ${kind}` : kind)).join(", ");
}

/** @param {{ method: string, path: string }} request */
function kindOf({ method, path }) {
  if (path.endsWith("/token")) return "token";
  if (path.endsWith("/events")) return "events";
  if (path.endsWith("/tests")) return "test";
  const isOne = /\/webhooks\/[^/]+$/.test(path);
  const kinds = isOne ? { GET: "read", PUT: "update", DELETE: "delete" } : { GET: "list", POST: "create" };
  return Reflect.get(kinds, method) ?? `${method} ${path}`;
}
