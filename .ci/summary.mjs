import { readFileSync } from "node:fs";

// Prints the closing line from Jest's JSON summary; a run without a test, or whose files could not run, has failed.
const [file = ""] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } =
  JSON.parse(readFileSync(file, "utf8"));
const failed = numFailedTests + numRuntimeErrorTestSuites;
const skipped = numPendingTests + numTodoTests;
console.log(`${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = numPassedTests > 0 && failed === 0 ? 0 : 1;
