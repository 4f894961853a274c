import { execFileSync } from "node:child_process";
import { join, relative } from "node:path";
import { WORKSPACE } from "../support/pulumi";

/** What happens between two points of a fresh process: modules loaded, files touched, connections tried. */
const SCRIPT = `
const fs = require("node:fs");
const net = require("node:net");
const dns = require("node:dns");
require("@pulumi/pulumi");
const before = new Set(Object.keys(require.cache));
const touched = [];
const watch = (object, names) => {
  for (const name of names) {
    const original = object[name];
    object[name] = function (...args) {
      touched.push([name, String(args[0])]);
      return original.apply(this, args);
    };
  }
};
watch(fs, Object.keys(fs).filter((name) => /^[a-z]/.test(name) && typeof fs[name] === "function"));
watch(fs.promises, Object.keys(fs.promises).filter((name) => typeof fs.promises[name] === "function"));
watch(net.Socket.prototype, ["connect"]);
watch(dns, ["lookup", "resolve"]);
fs.existsSync("the watch works");
require("pulumi-up42");
const loaded = Object.keys(require.cache).filter((file) => !before.has(file));
console.log(JSON.stringify({ loaded, touched }));
`;

describe("importing pulumi-up42 in a program", () => {
  const dist = join(WORKSPACE, "provider", "dist");
  const output = execFileSync(process.execPath, ["--eval", SCRIPT], { cwd: WORKSPACE, encoding: "utf8" });
  const { loaded, touched }: { loaded: string[]; touched: [string, string][] } = JSON.parse(output);

  test("loads the resources and functions, and nothing that belongs to Pulumi's host", () => {
    expect(loaded).toContain(join(dist, "resources", "webhook.js"));
    const elsewhere = loaded
      .map((file) => relative(dist, file))
      .filter(
        (file) =>
          !/^(index|resources\/[\w-]+|functions\/[\w-]+|dynamic\/(stub|installation)|config\/run-by-cli)\.js$/.test(
            file,
          ),
      );
    expect(elsewhere).toEqual([]);
  });

  test("touches no file but its modules, and connects to nothing", () => {
    const others = touched.filter(([name, file]) => name !== "realpathSync" && !loaded.includes(file));
    expect(others).toEqual([["existsSync", "the watch works"]]);
  });
});
