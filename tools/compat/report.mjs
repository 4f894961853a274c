import { layOutTable } from "../demo/terminal.mjs";
import { markdownTable } from "../markdown.mjs";

/** @typedef {import("./run.mjs").Outcome} Outcome */

/**
 * What was tried with what; the names and their versions.
 * @typedef {Readonly<Record<string, string>>} Versions
 */

/**
 * A line for each cell, and a sum.
 *
 * @param {readonly Outcome[]} outcomes
 * @returns {string}
 */
export function terminalTable(outcomes) {
  const columns = [
    { title: "what" },
    { title: "set-up" },
    { title: "variant" },
    { title: "result" },
    { title: "seconds", figures: true },
  ];
  const rows = outcomes.map(({ group, row, column, verdict, seconds }) => [
    group,
    row,
    column,
    verdict,
    seconds.toFixed(1),
  ]);
  return layOutTable(columns, rows).join("\n");
}

/**
 * One line: how many cells ended how.
 *
 * @param {readonly Outcome[]} outcomes
 */
export function summary(outcomes) {
  const count = (/** @type {Outcome["verdict"]} */ wanted) =>
    outcomes.filter(({ verdict }) => verdict === wanted).length;
  return `${count("works")} work, ${count("explained")} cannot and are explained, ${count("fails")} failed`;
}

/**
 * The tables for the documentation, each with its explanations below.
 *
 * @param {readonly Outcome[]} outcomes
 * @param {Versions} versions
 * @returns {string}
 */
export function documentation(outcomes, versions) {
  const groups = [...new Set(outcomes.map(({ group }) => group))];
  const sections = groups.map((group) =>
    section(
      group,
      outcomes.filter((outcome) => outcome.group === group),
    ),
  );
  const tried = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [`Tried with ${tried.join(", ")}: ${summary(outcomes)}.`, ...sections].join("\n\n");
}

/**
 * @param {string} group
 * @param {readonly Outcome[]} outcomes
 */
function section(group, outcomes) {
  const columns = [...new Set(outcomes.map(({ column }) => column))];
  const rows = [...new Set(outcomes.map(({ row }) => row))];
  const reasons = [...new Set(outcomes.flatMap(({ why }) => why ?? []))];
  const mark = (/** @type {string} */ row, /** @type {string} */ column) => {
    const outcome = outcomes.find((candidate) => candidate.row === row && candidate.column === column);
    if (outcome === undefined) return "–";
    return outcome.why === undefined ? "yes" : `no (${reasons.indexOf(outcome.why) + 1})`;
  };
  const cells = rows.map((row) => [row, ...columns.map((column) => mark(row, column))]);
  const notes = reasons.map((why, index) => `${index + 1}. ${why}`);
  return [
    `### ${group}`,
    markdownTable(["", ...columns], cells),
    ...(notes.length > 0 ? [notes.join("\n")] : []),
  ].join("\n\n");
}
