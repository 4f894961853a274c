import { deploy, PROGRAM_KINDS } from "./deployment.mjs";
import { BOTH, COMPONENT_ALONE } from "./layouts.mjs";
import { checkTypes, loadEverything, receiveWithoutPulumi } from "./loading.mjs";
import { MANAGERS } from "./managers.mjs";

/**
 * One combination to try.
 * @typedef {object} Cell
 * @property {string} group its table
 * @property {string} row
 * @property {string} column
 * @property {import("./project.mjs").Installation} installation cells with the same one share it
 * @property {(project: import("./project.mjs").Project) => Promise<void>} run
 */

/**
 * What the combinations are made of.
 * @typedef {object} Dimensions
 * @property {readonly number[]} nodes major versions
 * @property {Readonly<Record<"lowest" | "newest", string>>} sdks versions of `@pulumi/pulumi`
 * @property {readonly { version: string, tsc: string }[]} typescripts
 * @property {{ provider: string, emulator: string }} tarballs
 * @property {{ separate: string, shared: string }} components
 */

const NODE_TYPES = { "@types/node": "^20.19.43" };
const RESOLUTIONS = {
  node10: { module: "commonjs", files: ["types.ts"] },
  node16: { module: "node16", files: ["types.cts", "types.mts"] },
  nodenext: { module: "nodenext", files: ["types.cts", "types.mts"] },
  bundler: { module: "esnext", files: ["types.ts"] },
};

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
    ...typescriptVersions(dimensions).filter(({ column }) => column === "node10"),
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
 * @returns {Cell[]}
 */
function plugAndPlay(dimensions) {
  const installation = pulumiProject(dimensions, { manager: "Yarn PnP", ...middle(dimensions) });
  const withoutLoader = { ...installation, environment: { YARN_PNP_ENABLE_ESM_LOADER: "false" } };
  /** @type {(row: string, use: Cell["installation"], byYarn: boolean) => Cell} */
  const cell = (row, use, byYarn) => ({
    group: "Plug'n'Play",
    row,
    column: "TypeScript",
    installation: use,
    run: (project) => deploy(project, "TypeScript", { prefix: byYarn ? project.manager.exec : [] }),
  });
  return [
    cell("`pulumi up`", installation, false),
    cell("`yarn exec pulumi up`", installation, true),
    cell("the same with `pnpEnableEsmLoader: false`", withoutLoader, true),
  ];
}

/**
 * @param {Dimensions} dimensions
 * @returns {Cell[]}
 */
function typescriptVersions(dimensions) {
  const base = pulumiProject(dimensions, { manager: "npm", ...middle(dimensions) }, {});
  const { emulator: _, ...installation } = base;
  const versions = dimensions.typescripts.flatMap(({ version, tsc }) => {
    const major = Number.parseInt(version, 10);
    const resolutions = Object.entries(RESOLUTIONS).filter(([name]) => name !== "node10" || major < 7);
    /** @type {Cell[]} */
    const types = resolutions.map(([moduleResolution, { module, files }]) => {
      const older = major === 6 && moduleResolution === "node10" ? { ignoreDeprecations: "6.0" } : {};
      const options = { module, moduleResolution, ...older };
      const run = (/** @type {import("./project.mjs").Project} */ project) =>
        checkTypes(project, tsc, options, files);
      return { group: "TypeScript", row: version, column: moduleResolution, installation, run };
    });
    return [
      ...types,
      deployedBy(version, { typescript: version }, major < 6 ? "TypeScript" : "TypeScript 6"),
    ];
  });
  return [...versions, deployedBy("none, but for the SDK's own", {}, "TypeScript")];

  /** @type {(row: string, dependencies: Readonly<Record<string, string>>, kind: string) => Cell} */
  function deployedBy(row, dependencies, kind) {
    return {
      group: "TypeScript",
      row,
      column: "`pulumi up`",
      installation: pulumiProject(dimensions, { manager: "npm", ...middle(dimensions) }, dependencies),
      run: (project) => deploy(project, kind),
    };
  }
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

/**
 * @param {Dimensions} dimensions
 * @param {string} manager
 * @returns {Cell[]}
 */
function layouts(dimensions, manager) {
  const { "pulumi-up42": _, ...others } = pulumiProject(dimensions, {
    manager,
    ...middle(dimensions),
  }).dependencies;
  const { separate, shared } = dimensions.components;
  const base = { manager, ...middle(dimensions), emulator: true };
  const own = { ...others, "pulumi-up42": `file:${dimensions.tarballs.provider}` };
  return [
    {
      group: "Layouts",
      row: "a component brings other versions of `@pulumi/pulumi` and `pulumi-up42`",
      column: manager,
      installation: { ...base, dependencies: { ...own, "acme-components": `file:${separate}` } },
      run: (project) => deploy(project, BOTH, { webhooks: 2 }),
    },
    {
      group: "Layouts",
      row: "only a component has `pulumi-up42`",
      column: manager,
      installation: { ...base, dependencies: { ...others, "acme-components": `file:${shared}` } },
      run: (project) => deploy(project, COMPONENT_ALONE),
    },
  ];
}

/**
 * What the tables that vary something else are made with.
 *
 * @param {Dimensions} dimensions
 */
function middle({ nodes, sdks }) {
  return { node: nodes[Math.floor(nodes.length / 2)] ?? 0, sdk: sdks.newest };
}

/**
 * @param {Dimensions} dimensions
 * @param {{ manager: string, node: number, sdk: string }} choice
 * @param {Readonly<Record<string, string>>} [more] default: TypeScript 5
 * @returns {import("./project.mjs").Installation}
 */
function pulumiProject({ tarballs }, { manager, node, sdk }, more = { typescript: "~5.9" }) {
  const dependencies = {
    ...NODE_TYPES,
    ...more,
    "@pulumi/pulumi": sdk,
    "pulumi-up42": `file:${tarballs.provider}`,
    "up42-emulator": `file:${tarballs.emulator}`,
  };
  return { manager, node, dependencies, emulator: true };
}
