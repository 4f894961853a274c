import { deploy } from "./deployment.mjs";
import { middle, pulumiProject } from "./installations.mjs";
import { BOTH, COMPONENT_ALONE } from "./layouts.mjs";
import { checkTypes } from "./loading.mjs";

/**
 * @typedef {import("./matrix.mjs").Cell} Cell
 * @typedef {import("./installations.mjs").Dimensions} Dimensions
 */

/** How TypeScript can look for modules, each with the kinds of files that it makes a difference to. */
const RESOLUTIONS = {
  node10: { module: "commonjs", files: ["types.ts"] },
  node16: { module: "node16", files: ["types.cts", "types.mts"] },
  nodenext: { module: "nodenext", files: ["types.cts", "types.mts"] },
  bundler: { module: "esnext", files: ["types.ts"] },
};

/**
 * The ways to start Pulumi under Plug'n'Play.
 *
 * @param {Dimensions} dimensions
 * @returns {Cell[]}
 */
export function plugAndPlay(dimensions) {
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
 * Each version of TypeScript, for itself and as what runs a program.
 *
 * @param {Dimensions} dimensions
 * @returns {Cell[]}
 */
export function typescriptVersions(dimensions) {
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
 * Packages that are there more than once, or not where they are looked for.
 *
 * @param {Dimensions} dimensions
 * @param {string} manager
 * @returns {Cell[]}
 */
export function layouts(dimensions, manager) {
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
