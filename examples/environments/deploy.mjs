// Deploys all environments: the stacks of a stage side by side, and a stage only when the one before it has succeeded.
import { fileURLToPath } from "node:url";
import { CommandError, LocalWorkspace } from "@pulumi/pulumi/automation/index.js";

const STAGES = [["dev", "staging"], ["prod"]];
// Pulumi looks for the program, for the packages and for the stacks' settings in this folder.
const workDir = fileURLToPath(new URL(".", import.meta.url));

for (const names of STAGES) {
  if (process.exitCode === 1) {
    console.error(`${names.join(", ")}: not touched`);
    continue;
  }
  const stacks = [];
  // One after the other: selecting a stack writes to a file that all stacks share.
  for (const stackName of names) {
    stacks.push(await LocalWorkspace.selectStack({ stackName, workDir }));
  }
  const results = await Promise.all(stacks.map(deploy));
  if (results.includes("failed")) {
    process.exitCode = 1;
  }
}

/**
 * Deploys a stack, and prints the lines of Pulumi's output behind the stack's name.
 *
 * @param {import("@pulumi/pulumi/automation/index.js").Stack} stack
 */
async function deploy(stack) {
  const print = (/** @type {string} */ text) => {
    for (const line of text.split("\n")) {
      if (line.trim() !== "") {
        console.log(`${stack.name}: ${line}`);
      }
    }
  };
  try {
    const { summary } = await stack.up({ onOutput: print, onError: print, suppressProgress: true });
    print(summary.result);
    return summary.result;
  } catch (error) {
    print(error instanceof CommandError ? "failed" : String(error));
    return "failed";
  }
}
