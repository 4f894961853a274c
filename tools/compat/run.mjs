import { judge } from "./explained.mjs";
import { idOf } from "./matrix.mjs";
import { CommandFailure, installProject } from "./project.mjs";

/** As many projects at a time: an installation waits for the network, a deployment for the processor. */
const LANES = 2;

/**
 * What became of a cell.
 * @typedef {object} Outcome
 * @property {string} id
 * @property {string} group
 * @property {string} row
 * @property {string} column
 * @property {number} seconds without the installation, which others share
 * @property {"works" | "explained" | "fails"} verdict
 * @property {string} [why] the explanation, when it is explained
 * @property {string} [problem] what is wrong, when it fails
 */

/**
 * Tries all cells; those with the same installation one after the other in the same project.
 *
 * @param {readonly import("./matrix.mjs").Cell[]} cells
 * @param {import("./project.mjs").Surroundings} surroundings
 * @param {(outcome: Outcome) => void} onOutcome
 * @returns {Promise<Outcome[]>} in the order of the cells
 */
export async function tryAll(cells, surroundings, onOutcome) {
  const batches = groupByInstallation(cells);
  /** @type {Map<string, Outcome>} */
  const outcomes = new Map();
  const lanes = Array.from({ length: LANES }, async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      await tryBatch(batch, surroundings, (outcome) => {
        outcomes.set(outcome.id, outcome);
        onOutcome(outcome);
      });
    }
  });
  await Promise.all(lanes);
  return cells.flatMap((cell) => outcomes.get(idOf(cell)) ?? []);
}

/** @param {readonly import("./matrix.mjs").Cell[]} cells */
function groupByInstallation(cells) {
  /** @type {Map<string, import("./matrix.mjs").Cell[]>} */
  const batches = new Map();
  for (const cell of cells) {
    const key = JSON.stringify(cell.installation);
    batches.set(key, [...(batches.get(key) ?? []), cell]);
  }
  return [...batches.values()];
}

/**
 * @param {readonly import("./matrix.mjs").Cell[]} cells
 * @param {import("./project.mjs").Surroundings} surroundings
 * @param {(outcome: Outcome) => void} onOutcome
 */
async function tryBatch(cells, surroundings, onOutcome) {
  const [{ installation } = { installation: undefined }] = cells;
  if (installation === undefined) return;
  const installed = await attempt(() => installProject(installation, surroundings));
  const { value: project } = installed;
  if (project === undefined) {
    for (const cell of cells) onOutcome(outcomeOf(cell, installed));
    return;
  }
  try {
    for (const cell of cells) onOutcome(outcomeOf(cell, await attempt(() => cell.run(project))));
  } finally {
    await project.dispose();
  }
}

/**
 * @template T
 * @param {() => Promise<T>} action
 * @returns {Promise<{ seconds: number, value?: T, failure?: string }>}
 * @throws what is no failure of the cell, but of this tool
 */
async function attempt(action) {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const value = await action();
    return { value, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { failure: error.message, seconds: seconds() };
  }
}

/**
 * @param {import("./matrix.mjs").Cell} cell
 * @param {{ seconds: number, failure?: string }} result
 * @returns {Outcome}
 */
function outcomeOf(cell, { seconds, failure }) {
  const id = idOf(cell);
  const { group, row, column } = cell;
  const { verdict, explanation, problem } = judge(id, failure);
  const why = explanation?.why;
  return { id, group, row, column, seconds, verdict, ...(why && { why }), ...(problem && { problem }) };
}
