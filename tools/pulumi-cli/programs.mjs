/**
 * A program, and what it comes from: a Go module, in a folder beside this file, and either a package that is compiled,
 * or a file that is copied from a module that it requires.
 * @typedef {object} Program
 * @property {string} name
 * @property {string} module
 * @property {string} [package]
 * @property {{ module: string, path: string }} [file]
 */

/**
 * Programs that are built together, into one folder.
 * @typedef {object} ProgramSet
 * @property {string} title
 * @property {string} suffix of the folder's name
 * @property {readonly Program[]} programs
 * @property {readonly string[]} scripts of the SDK for Node.js that belong to them
 */

/** The dynamic provider host: a script in Pulumi's SDK, which the CLI looks for beside itself. */
export const DYNAMIC_HOST = "pulumi-resource-pulumi-nodejs";

const SDK = "github.com/pulumi/pulumi/sdk/v3";
/** The host of a language has two parts, of which the first starts the second: see engine/language-host. */
const COMPLETED = { module: "engine", package: "./language-host" };

/** @type {ProgramSet} */
export const CLI = {
  title: "the Pulumi CLI",
  suffix: "",
  programs: [
    { name: "pulumi", module: "engine", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    { name: "pulumi-language-nodejs", ...COMPLETED },
    older("pulumi-language-nodejs", "nodejs/cmd/pulumi-language-nodejs"),
  ],
  scripts: [DYNAMIC_HOST],
};

/** @type {ProgramSet} */
export const LANGUAGE_HOSTS = {
  title: "Pulumi's language hosts for YAML, Python and Go",
  suffix: "-languages",
  programs: [
    {
      name: "pulumi-language-yaml",
      module: "yaml-host",
      package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    },
    { name: "pulumi-language-python", ...COMPLETED },
    older("pulumi-language-python", "python/cmd/pulumi-language-python"),
    {
      name: "pulumi-language-python-exec",
      module: "engine",
      file: { module: SDK, path: "python/cmd/pulumi-language-python-exec" },
    },
    { name: "pulumi-language-go", ...COMPLETED },
    older("pulumi-language-go", "go/pulumi-language-go"),
  ],
  scripts: [],
};

/**
 * @param {string} name
 * @param {string} path in Pulumi's SDK for Go
 * @returns {Program}
 */
function older(name, path) {
  return { name: `${name}-run`, module: "older-hosts", package: `${SDK}/${path}` };
}
