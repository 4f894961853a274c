// Loaded into each process of Node.js that Pulumi starts, and writes to BENCH_TRACE when what happened.
const { appendFileSync } = require("node:fs");
const Module = require("node:module");

const { BENCH_TRACE: trace } = process.env;
const script = process.argv[1] ?? "";
const role = script.includes("dynamic-provider") ? "host" : /cmd\/run/.test(script) ? "program" : undefined;

function note(event, at = performance.timeOrigin + performance.now()) {
  appendFileSync(trace, `${JSON.stringify({ role, event, at })}\n`);
}

if (trace !== undefined && role !== undefined) {
  note("started", performance.timeOrigin);
  const load = Module._load;
  Module._load = function loadAndTell(request, ...rest) {
    const isWatched = request === "pulumi-up42" || request === "pulumi-up42/host" || request === "typescript";
    if (!isWatched) return load.call(this, request, ...rest);
    note(`loads ${request}`);
    const exports = load.call(this, request, ...rest);
    note(`loaded ${request}`);
    return exports;
  };
  process.once("exit", () => note("ended"));
}
