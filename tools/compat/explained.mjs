/**
 * A combination that cannot work, and that must fail as the explanation says.
 * @typedef {object} Explanation
 * @property {RegExp} cells the ids of the cells
 * @property {RegExp} says what the failure has to say
 * @property {string} why for the documentation
 */

/** @type {readonly Explanation[]} */
export const EXPLAINED = [
  {
    cells: /^pulumi up\/.*Node\.js 20.*\/TypeScript, ES modules/,
    says: /Unknown file extension "\.ts"/,
    why: 'Node.js 20 cannot import TypeScript. Take Node.js 22 or newer, or leave `"type": "module"` out.',
  },
  {
    cells: /^Plug'n'Play\/`pulumi up`\//,
    says: /Pulumi SDK has not been installed/,
    why:
      "Pulumi starts Node.js itself, without Yarn's hook, and finds no SDK: “It looks like the Pulumi SDK has not " +
      "been installed”. Take `nodeLinker: node-modules`.",
  },
  {
    cells: /^Plug'n'Play\/`yarn exec pulumi up`\//,
    says: /Cannot read properties of undefined \(reading '\.js'\)/,
    why:
      "Yarn's loader of ES modules, which `yarn exec` brings in, takes away what Pulumi's SDK needs to run " +
      "TypeScript: “Cannot read properties of undefined (reading '.js')”. Take `nodeLinker: node-modules`.",
  },
  {
    cells: /^TypeScript\/7[^/]*\/`pulumi up`/,
    says: /ERESOLVE/,
    why:
      "Pulumi's SDK does not take TypeScript 7 yet, and npm refuses to install both. Take 6, or none: the SDK has " +
      "one of its own.",
  },
  {
    cells: /^Layouts\/only a component has `pulumi-up42`\/pnpm/,
    says: /pulumi-up42 is not installed in .*npm install pulumi-up42/,
    why:
      "Pulumi's host loads the package from the program's folder, where pnpm puts only what the program's " +
      "`package.json` names; the error says so. Add `pulumi-up42` there.",
  },
];

/**
 * What a cell's outcome means.
 *
 * @param {string} id of the cell
 * @param {string | undefined} failure what failed, with its output; nothing when all went well
 * @param {readonly Explanation[]} [explanations]
 * @returns {{ verdict: "works" | "explained" | "fails", explanation?: Explanation, problem?: string }}
 */
export function judge(id, failure, explanations = EXPLAINED) {
  const explanation = explanations.find(({ cells }) => cells.test(id));
  if (failure === undefined) {
    const problem = "It works, although it is explained why it cannot: the explanation is out of date.";
    return explanation === undefined ? { verdict: "works" } : { verdict: "fails", problem };
  }
  if (explanation?.says.test(failure)) return { verdict: "explained", explanation };
  const because = explanation === undefined ? "" : `It fails, but not with ${explanation.says}:\n`;
  return { verdict: "fails", problem: `${because}${failure}` };
}
