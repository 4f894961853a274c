// The layers of provider/src, and no cycles in either package. Imports of types count, too.

/**
 * @param {string} from a folder of provider/src
 * @param {readonly string[]} allowed the folders that it may import besides itself
 * @param {string} comment
 */
const layer = (from, allowed, comment) => ({
  name: `layer-${from}`,
  comment,
  severity: "error",
  from: { path: `^provider/src/${from}/` },
  to: { path: "^provider/src/", pathNot: `^provider/src/(${[from, ...allowed].join("|")})(/|[.]ts$)` },
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "A module that needs one which needs it is half of a module.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    layer("receiver", [], "Receivers run without Pulumi and without UP42's API."),
    layer("up42", [], "UP42's API knows nothing of Pulumi."),
    layer("config", ["up42"], "Configuration knows what a connection needs."),
    layer("lifecycle", ["up42", "config"], "What happens to a webhook, whichever host asks."),
    layer(
      "resources",
      ["dynamic/stub", "dynamic/installation", "up42/model"],
      "What a program loads: no host, no API.",
    ),
    layer("engine", ["lifecycle", "up42"], "What both hosts need to know of Pulumi's engine."),
    layer("dynamic", ["engine", "lifecycle", "up42", "config"], "Pulumi's host for dynamic providers."),
    layer("plugin", ["engine", "lifecycle", "up42", "config"], "Pulumi's host for provider plugins."),
    layer("functions", ["lifecycle", "up42", "config", "dynamic/stub"], "Functions of a program."),
    layer(
      "cli",
      ["lifecycle", "up42", "config", "dynamic/stub", "engine/secret", "plugin", "receiver"],
      "The command.",
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "provider/tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
