import { deploy, PROGRAM_KINDS } from "./deployment.mjs";
import { pulumiProject } from "./installations.mjs";
import { loadEverything, receiveWithoutPulumi } from "./loading.mjs";
import { MANAGERS } from "./managers.mjs";
import { layouts, plugAndPlay, typescriptVersions } from "./variants.mjs";

/** @typedef {import("./installations.mjs").Dimensions} Dimensions */

/**
 * One combination to try.
 * @typedef {object} Cell
 * @property {string} group its table
 * @property {string} row
 * @property {string} column
 * @property {import("./project.mjs").Installation} installation cells with the same one share it
 * @property {(project: import("./project.mjs").Project) => Promise<void>} run
 */

/** @param {Cell} cell */
export function idOf({ group, row, column }) {
  return `${group}/${row}/${column}`;
}

/**
 * Every combination.
 *
 * @param {Dimensions} dimensions
 * @returns {Cell[]}
 */
export function fullMatrix(dimensions) {
  return [
    ...MANAGERS.filter((manager) => manager !== "Yarn PnP").flatMap((manager) =>
      dimensions.nodes.flatMap((node) => deployments(dimensions, manager, node)),
    ),
    ...plugAndPlay(dimensions),
    ...typescriptVersions(dimensions),
    ...dimensions.nodes.map((node) => loading(dimensions, node)),
    ...MANAGERS.map((manager) => receiver(dimensions, manager)),
    ...["npm", "pnpm"].flatMap((manager) => layouts(dimensions, manager)),
  ];
}

/**
 * A part of it that takes half a minute: the Node.js that runs, and both ends of the SDK.
 *
 * @param {Dimensions} dimensions
 * @returns {Cell[]}
 */
export function smallMatrix(dimensions) {
  const [node = 0] = dimensions.nodes;
  const { lowest, newest } = dimensions.sdks;
  const isOf = (/** @type {string} */ kind, /** @type {string} */ sdk) => (/** @type {Cell} */ cell) =>
    cell.column === columnOf(kind, sdk);
  return [
    ...deployments(dimensions, "npm", node).filter(isOf("JavaScript, ES modules", lowest)),
    ...deployments(dimensions, "pnpm", node).filter(isOf("TypeScript", newest)),
    loading(dimensions, node),
    receiver(dimensions, "npm"),
  ];
}

/**
 * @param {Dimensions} dimensions
 * @param {string} manager
 * @param {number} node
 * @returns {Cell[]}
 */
function deployments(dimensions, manager, node) {
  const kinds = Object.keys(PROGRAM_KINDS).filter((kind) => kind !== "TypeScript 6");
  return Object.values(dimensions.sdks).flatMap((sdk) =>
    kinds.map((kind) => ({
      group: "pulumi up",
      row: `${manager}, Node.js ${node}`,
      column: columnOf(kind, sdk),
      installation: pulumiProject(dimensions, { manager, node, sdk }),
      run: (project) => deploy(project, kind),
    })),
  );
}

/**
 * @param {string} kind
 * @param {string} sdk
 */
function columnOf(kind, sdk) {
  return `${kind}, SDK ${sdk}`;
}

/**
 * @param {Dimensions} dimensions
 * @param {number} node
 * @returns {Cell}
 */
function loading(dimensions, node) {
  return {
    group: "Modules",
    row: `Node.js ${node}`,
    column: "`require` and `import` find every export",
    installation: pulumiProject(dimensions, { manager: "npm", node, sdk: dimensions.sdks.lowest }),
    run: loadEverything,
  };
}

/**
 * @param {Dimensions} dimensions
 * @param {string} manager
 * @returns {Cell}
 */
function receiver({ nodes, tarballs }, manager) {
  const dependencies = { "pulumi-up42": `file:${tarballs.provider}` };
  return {
    group: "Receivers without Pulumi",
    row: manager,
    column: "`pulumi-up42/receiver` works, `pulumi-up42` says what it needs",
    installation: { manager, node: nodes[0] ?? 0, dependencies },
    run: receiveWithoutPulumi,
  };
}
