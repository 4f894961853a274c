// Runs the bundle beside it with the code that V8 compiled before; with KEEP_CODE, it compiles and keeps that code.
// See dynamic-host.ts.
const { readFileSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");
const { Script } = require("node:vm");

const bundle = join(__dirname, "bundle.js");
const code = join(__dirname, "bundle.code");
const isKeeping = process.env.KEEP_CODE !== undefined;

// The bundle is ASCII; Latin-1 is the quickest encoding to read that in.
const script = new Script(Module.wrap(readFileSync(bundle, "latin1")), {
  filename: bundle,
  cachedData: isKeeping ? undefined : readFileSync(code),
});
script.runInThisContext()({}, Module.createRequire(bundle), new Module(bundle), bundle, __dirname);

if (isKeeping) {
  writeFileSync(code, script.createCachedData());
  process.exit();
}
