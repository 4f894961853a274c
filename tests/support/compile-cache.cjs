// Node.js 20 loads this first in commands that tests run. It keeps what V8 makes of CommonJS modules, as Node.js 22 does
// for NODE_COMPILE_CACHE. Pulumi's SDK then loads in half of the time.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, isAbsolute, join } = require("node:path");
const { Script } = require("node:vm");

const folder = process.env.TESTS_COMPILE_CACHE ?? "";
const version = process.version;
const compiled = new Map();
const { _compile: compile } = Module.prototype;

Module.prototype._compile = function (content, filename, format) {
  const script = isKept(content, filename) ? scriptOf(content, filename) : undefined;
  if (script === undefined) {
    return compile.call(this, content, filename, format);
  }
  const require = Module.createRequire(filename);
  return script
    .runInThisContext()
    .call(this.exports, this.exports, require, this, filename, dirname(filename));
};

/** Pulumi runs the code of other dynamic providers, which comes from a state, under no name. */
function isKept(content, filename) {
  const isFile = isAbsolute(filename) && !content.startsWith("#!");
  return isFile && content.length >= 1000 && !importsDynamically(content, filename);
}

/** Undefined for what is no CommonJS: Node.js runs ES modules, and spells errors, itself. */
function scriptOf(content, filename) {
  const file = join(folder, createHash("sha1").update(version).update(content).digest("hex"));
  const cachedData = existsSync(file) ? readFileSync(file) : undefined;
  try {
    const script = new Script(Module.wrap(content), { filename, cachedData });
    if (cachedData === undefined || script.cachedDataRejected) {
      compiled.set(file, script);
    }
    return script;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** Kept code has forgotten how `import()` loads. TypeScript, and the bundle of dynamic-host.ts, never run theirs. */
function importsDynamically(content, filename) {
  return content.includes("import(") && !/\/(typescript|dynamic-host)\.js$/.test(filename);
}

function keep() {
  mkdirSync(folder, { recursive: true });
  for (const [file, script] of compiled) {
    writeFileSync(`${file}.${process.pid}`, script.createCachedData());
    renameSync(`${file}.${process.pid}`, file);
  }
  compiled.clear();
}

process.on("exit", keep);
// A process that is killed has no exit.
setTimeout(keep, 1000).unref();
