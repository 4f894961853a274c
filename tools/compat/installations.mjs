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

/**
 * What the tables that vary something else are made with.
 *
 * @param {Dimensions} dimensions
 */
export function middle({ nodes, sdks }) {
  return { node: nodes[Math.floor(nodes.length / 2)] ?? 0, sdk: sdks.newest };
}

/**
 * A project to deploy, with everything that is published.
 *
 * @param {Dimensions} dimensions
 * @param {{ manager: string, node: number, sdk: string }} choice
 * @param {Readonly<Record<string, string>>} [more] default: TypeScript 5
 * @returns {import("./project.mjs").Installation}
 */
export function pulumiProject({ tarballs }, { manager, node, sdk }, more = { typescript: "~5.9" }) {
  const dependencies = {
    ...NODE_TYPES,
    ...more,
    "@pulumi/pulumi": sdk,
    "pulumi-up42": `file:${tarballs.provider}`,
    "up42-emulator": `file:${tarballs.emulator}`,
  };
  return { manager, node, dependencies, emulator: true };
}
