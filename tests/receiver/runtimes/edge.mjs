// Runs a script in Vercel's edge runtime, and prints what the global RESULT promises.
import { readFile } from "node:fs/promises";
import { EdgeVM } from "@edge-runtime/vm";

const [script = ""] = process.argv.slice(2);
const vm = new EdgeVM();
vm.evaluate(await readFile(script, "utf8"));
console.log(await vm.evaluate("RESULT"));
