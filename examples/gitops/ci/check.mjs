// Usage: node ci/check.mjs <junit.xml>
// Lets UP42 send the deployed webhook's test notifications. Writes the result as JUnit XML, and on GitHub as
// annotations and a table on the page of the run. Fails unless all arrive.

import { rm } from "node:fs/promises";
import { addToSummary } from "./report.mjs";
import { run, runMain } from "./run.mjs";

/** @typedef {{ eventName: string, success: boolean, message: string, response: string }} EventTest */
/** @typedef {{ webhooks: { name: string, tests: EventTest[], error?: string }[] }} Result */

await runMain(async () => {
  const [file = "up42-junit.xml"] = process.argv.slice(2);
  await rm(file, { force: true });
  const { exitCode, stdout } = await run("npx", testCommand(await webhookId(), file), { quiet: true });
  // Without a result, the command has said why.
  if (stdout === "") return exitCode;
  const events = eventsOf(JSON.parse(stdout));
  for (const { name, problem } of events) console.log(`${name}: ${problem ?? "arrived"}`);
  if (process.env.GITHUB_ACTIONS === "true") await annotate(events);
  return exitCode;
});

async function webhookId() {
  const { exitCode, stdout } = await run("pulumi", ["stack", "output", "webhookId"], { quiet: true });
  if (exitCode !== 0) throw new Error("There is no webhook to test: no deployment has succeeded yet.");
  return stdout.trim();
}

/**
 * @param {string} id
 * @param {string} file
 */
function testCommand(id, file) {
  const timeout = process.env.TEST_TIMEOUT_SECONDS || "60";
  return ["--no-install", "pulumi-up42", "test", id, "--timeout", timeout, "--json", "--junit", file];
}

/** @param {Result} result */
function eventsOf({ webhooks }) {
  return webhooks.flatMap(({ name, tests, error }) => [
    ...tests.map(({ eventName, success, message, response }) => ({
      name: `${name}, ${eventName}`,
      problem: success ? undefined : [message, response].filter((text) => text !== "").join(" "),
    })),
    ...(error === undefined ? [] : [{ name, problem: error }]),
  ]);
}

/** @param {ReturnType<typeof eventsOf>} events */
async function annotate(events) {
  for (const { name, problem } of events) {
    if (problem !== undefined) console.log(`::error title=${property(name)}::${value(problem)}`);
  }
  const rows = events.map(({ name, problem }) => `| ${cell(name)} | ${cell(problem ?? "arrived")} |`);
  await addToSummary(
    ["### Test notifications", "", "| event | result |", "| --- | --- |", ...rows, ""].join("\n"),
  );
}

// Names and messages come from elsewhere: in GitHub's workflow commands and in tables, they must not end what they
// are in.

/** @param {string} text */
function value(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** @param {string} text */
function property(text) {
  return value(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** @param {string} text */
function cell(text) {
  return text.replace(/[\\|`<>[\]]/g, (character) => `\\${character}`).replace(/\s+/g, " ");
}
