import type { Operation, Outcome } from "./operation";

/** A table's columns, and what stands in them. */
type Row = Readonly<Record<string, string>>;

const NOTHING = "-";
const GAP = "  ";

/**
 * The outcome for people: a table, or where it would not fit, a block of lines for each environment.
 *
 * @param columns the width of the terminal; default: any width fits
 */
export function outcomeTable(
  outcomes: readonly Outcome[],
  operation: Operation,
  columns = Number.POSITIVE_INFINITY,
): string {
  const rows = outcomes.map((outcome) => rowOf(outcome, operation));
  const table = asTable(rows);
  return table.every((line) => line.length <= columns) ? table.join("\n") : asBlocks(rows).join("\n");
}

function rowOf({ environment, result, activity, seconds }: Outcome, { preview }: Operation): Row {
  const { webhook, test, changes } = activity;
  return {
    environment,
    result,
    workspace: webhook?.workspaceId ?? NOTHING,
    "webhook id": webhook?.id ?? NOTHING,
    url: webhook?.url ?? NOTHING,
    events: webhook?.events.join(", ") ?? NOTHING,
    active: webhook === undefined ? NOTHING : yesOrNo(webhook.active),
    test: test === undefined ? NOTHING : `${test.delivered} of ${test.run} delivered`,
    changes: result === "not touched" ? NOTHING : spellChanges(changes, preview),
    duration: `${seconds.toFixed(1)} s`,
  };
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}

/** Such as "1 created", or in a preview "1 to create". */
function spellChanges(changes: Readonly<Record<string, number>>, preview: boolean): string {
  const spelled = Object.entries(changes).map(([operation, count]) =>
    preview ? `${count} to ${operation}` : `${count} ${operation.replace(/e?$/, "ed")}`,
  );
  return spelled.length === 0 ? "none" : spelled.join(", ");
}

function asTable(rows: readonly Row[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) =>
    Math.max(...[name, ...rows.map((row) => row[name] ?? "")].map((text) => text.length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join(GAP)
      .trimEnd();
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(names), rule, ...rows.map((row) => line(names.map((name) => row[name] ?? "")))];
}

function asBlocks(rows: readonly Row[]): string[] {
  return rows.flatMap(({ environment, ...fields }) => {
    const width = Math.max(...Object.keys(fields).map((name) => name.length));
    const lines = Object.entries(fields).map(([name, value]) => `${GAP}${name.padEnd(width)}${GAP}${value}`);
    return [environment ?? "", ...lines];
  });
}
