// Node.js loads this first in commands that tests run. What takes half of the time in which Pulumi's SDK loads is loaded
// when something first looks at it: few programs need npm's own library, and few hosts a compiler.
const Module = require("node:module");

/** Who loads a module that can wait, by the module's name. */
const LAZY = new Map([
  ["@npmcli/arborist", /\/(closure\/codePaths|dynamic-host)\.js$/],
  ["../../typescript-shim", /\/closure\/parseFunction\.js$/],
  ["typescript", /\/dynamic-host\.js$/],
]);

const { _load: load } = Module;

Module._load = function (request, parent, isMain) {
  return LAZY.get(request)?.test(parent?.filename) === true
    ? loadedLater(() => load.call(this, request, parent, isMain))
    : load.call(this, request, parent, isMain);
};

/** A module whose exports are read from the real one. It looks like one of TypeScript's, which nothing copies. */
function loadedLater(loadNow) {
  return new Proxy({}, { get: (_, name) => (name === "__esModule" ? true : loadNow()[name]) });
}
