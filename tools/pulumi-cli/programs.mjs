import { languageHostOverlay } from "./language-host.mjs";

/**
 * A program, and what it comes from: a Go module, in a folder beside this file, and either a package that is compiled,
 * or a file that is copied from a module that it requires.
 * @typedef {object} Program
 * @property {string} name
 * @property {string} module
 * @property {string} [package] default: the one in the module's folder
 * @property {typeof languageHostOverlay} [overlay] writes the overlay that the package is compiled with
 * @property {{ module: string, path: string }} [file]
 */

/**
 * Programs that are built together, into one folder.
 * @typedef {object} ProgramSet
 * @property {string} title
 * @property {string} folderSuffix
 * @property {readonly Program[]} programs
 * @property {readonly string[]} sources what they are built from; a build from anything else is built again
 * @property {string} [sdkScript] a script of the SDK for Node.js that belongs to them
 */

/** The dynamic provider host: a script in Pulumi's SDK, which the CLI looks for beside itself. */
export const DYNAMIC_HOST = "pulumi-resource-pulumi-nodejs";

const SDK = "github.com/pulumi/pulumi/sdk/v3";
const NODEJS = "language-nodejs";
const COMPLETED = "language-sdk";

/** @type {ProgramSet} */
export const CLI = {
  title: "the Pulumi CLI",
  folderSuffix: "",
  programs: [
    { name: "pulumi", module: "engine", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    { name: "pulumi-language-nodejs", module: NODEJS, package: "./host", overlay: languageHostOverlay },
  ],
  sources: [
    ...moduleFiles("engine"),
    ...moduleFiles(NODEJS),
    `${NODEJS}/host/run_plugin.go`,
    "language-host.mjs",
  ],
  sdkScript: DYNAMIC_HOST,
};

/**
 * The hosts of other languages. Those for Python and Go are completed by a second program, which starts the first, of
 * the same name with "-run": see language-sdk.
 * @type {ProgramSet}
 */
export const LANGUAGE_HOSTS = {
  title: "Pulumi's language hosts for YAML, Python and Go",
  folderSuffix: "-languages",
  programs: [
    {
      name: "pulumi-language-yaml",
      module: "language-yaml",
      package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    },
    { name: "pulumi-language-python", module: COMPLETED },
    {
      name: "pulumi-language-python-run",
      module: NODEJS,
      package: `${SDK}/python/cmd/pulumi-language-python`,
    },
    {
      name: "pulumi-language-python-exec",
      module: COMPLETED,
      file: { module: SDK, path: "python/cmd/pulumi-language-python-exec" },
    },
    { name: "pulumi-language-go", module: COMPLETED },
    // In a folder of its own: the CLI's runs programs, this one only generates.
    { name: "generate-nodejs/pulumi-language-nodejs", module: COMPLETED },
    { name: "pulumi-language-go-run", module: "language-go", package: `${SDK}/go/pulumi-language-go` },
  ],
  sources: [
    ...["language-yaml", "language-go", NODEJS, COMPLETED].flatMap(moduleFiles),
    ...["main.go", "older.go", "sdk.go"].map((name) => `${COMPLETED}/${name}`),
  ],
};

/** @param {string} module */
function moduleFiles(module) {
  return [`${module}/go.mod`, `${module}/go.sum`];
}
