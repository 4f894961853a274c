import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { DEMO_ACCOUNT, startEmulator } from "up42-emulator";
import { startReceiver } from "./receiver.mjs";
import { summarize, table } from "./report.mjs";
import { DemoStack } from "./stack.mjs";

/**
 * The life of a webhook, for real: the Pulumi CLI and engine, the provider, HTTP, and signed notifications; only UP42
 * is the emulator. Exits with 0 only if every step did what it says. `--keep` leaves everything running at the end.
 */

const KEEP = process.argv.includes("--keep");
const BOTH = ["job.status", "order.status"];

/**
 * @typedef {object} World
 * @property {import("up42-emulator").Emulator} emulator
 * @property {import("./receiver.mjs").Receiver} receiver
 * @property {DemoStack} stack
 */

/** Each step says what it does, does it, and proves it; what it returns stands in the table. */
const STEPS = [
  {
    name: "create and test",
    says: "`pulumi up` creates the webhook, and lets UP42 test that it delivers to our receiver.",
    /** @param {World} world */
    async run({ emulator, receiver, stack }) {
      await up(stack);
      const [webhook, ...others] = emulator.webhooks();
      must(webhook !== undefined && others.length === 0, "there is one webhook at UP42");
      must(
        webhook?.active === true && webhook.url === receiver.url,
        "it is active and has the receiver's URL",
      );
      must(sameItems(receiver.verified, BOTH), "the receiver has verified one notification of each event");
      return `webhook created, ${receiver.verified.length} signed notifications verified`;
    },
  },
  {
    name: "change",
    says: "Another URL and other events: updated in place, and tested again.",
    /** @param {World} world */
    async run({ emulator, receiver, stack }) {
      const [before] = emulator.webhooks();
      await stack.must(["config", "set", "url", `${receiver.url}/orders`]);
      await stack.must(["config", "set", "--path", "events[0]", "order.status"]);
      await up(stack);
      const [after] = emulator.webhooks();
      must(after?.id === before?.id, "it is still the same webhook");
      must(after?.url === `${receiver.url}/orders`, "it has the new URL");
      must(sameItems(after?.events ?? [], ["order.status"]), "it has the new events");
      must(sameItems(receiver.verified, ["order.status"]), "only the event it has now was tested");
      return "updated in place and tested again";
    },
  },
  {
    name: "broken receiver",
    says: "A receiver with a bug: the test must fail the deployment, and say why.",
    /** @param {World} world */
    async run({ receiver, stack }) {
      receiver.isBroken = true;
      await stack.must(["config", "set", "receiverVersion", "2-with-a-bug"]);
      const { exitCode, output } = await stack.run(["up", "--yes", "--skip-preview"]);
      must(exitCode !== 0, "the deployment failed");
      must(/did not deliver order\.status: .*500/.test(output), "it said which event failed, and how");
      return "deployment failed: order.status got HTTP 500";
    },
  },
  {
    name: "mended receiver",
    says: "The bug is mended: the next `up` runs the failed test again, although nothing else has changed.",
    /** @param {World} world */
    async run({ receiver, stack }) {
      receiver.isBroken = false;
      await up(stack);
      must(sameItems(receiver.verified, ["order.status"]), "the receiver has verified the notification");
      return "the test passed";
    },
  },
  {
    name: "drift check",
    says: "`pulumi refresh` compares the stack with UP42, and finds no difference.",
    /** @param {World} world */
    async run({ stack }) {
      const { exitCode } = await stack.run(["refresh", "--yes", "--expect-no-changes"]);
      must(exitCode === 0, "there is no drift");
      return "no drift";
    },
  },
  {
    name: "destroy",
    says: "`pulumi destroy` removes it all.",
    /** @param {World} world */
    async run({ emulator, stack }) {
      const { exitCode } = await stack.run(["destroy", "--yes", "--skip-preview"]);
      must(exitCode === 0, "the stack was destroyed");
      must(emulator.webhooks().length === 0, "the workspace is empty");
      return "the workspace is empty";
    },
  },
];

async function main() {
  const secret = randomBytes(32).toString("base64url");
  const emulator = await startEmulator();
  const receiver = await startReceiver(secret);
  /** @type {DemoStack | undefined} */
  let stack;
  const cleanUp = async () => {
    await stack?.remove();
    await receiver.close();
    await emulator.close();
  };
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    process.once(signal, async () => {
      say("\nInterrupted: cleaning up.");
      await cleanUp();
      process.exit(signal === "SIGINT" ? 130 : 143);
    });
  }
  let keep = false;
  try {
    say(`The emulator of UP42 runs at ${emulator.url}, the receiver at ${receiver.url}.`);
    stack = await DemoStack.create({
      UP42_API_URL: emulator.url,
      UP42_WORKSPACE_ID: DEMO_ACCOUNT.workspaceId,
      UP42_USERNAME: DEMO_ACCOUNT.username,
      UP42_PASSWORD: DEMO_ACCOUNT.password,
    });
    await prepare(stack, receiver.url, secret);
    // With --keep there is something left to look at.
    const steps = KEEP ? STEPS.filter(({ name }) => name !== "destroy") : STEPS;
    say(`\n${table(await runSteps(steps, { emulator, receiver, stack }))}\n`);
    keep = KEEP;
  } finally {
    if (!keep) await cleanUp();
  }
  if (keep && stack !== undefined) {
    say(howToLookAround(stack, emulator.url));
    // Until Ctrl-C: the emulator and the receiver live in this process.
    for (;;) await delay(60_000);
  }
}

/**
 * @param {DemoStack} stack
 * @param {string} url
 * @param {string} secret
 */
async function prepare(stack, url, secret) {
  await stack.must(["stack", "init", "demo"]);
  await stack.must([
    ...["config", "set-all", "--plaintext", `url=${url}`, "--secret", `secret=${secret}`],
    // Receivers of the demo need no time to come alive.
    ...["--plaintext", "testTimeoutSeconds=2"],
  ]);
}

/**
 * @param {typeof STEPS} steps
 * @param {World} world
 */
async function runSteps(steps, world) {
  const results = [];
  for (const [index, { name, says, run }] of steps.entries()) {
    say(`\n${index + 1}. ${says}\n`);
    world.emulator.clearRequests();
    world.receiver.verified.length = 0;
    const start = performance.now();
    const happened = await run(world);
    const seconds = (performance.now() - start) / 1000;
    results.push({ step: name, happened, seconds, requests: summarize(world.emulator.requests) });
  }
  must(world.receiver.refused.length === 0, "the receiver has refused no notification");
  return results;
}

/** @param {DemoStack} stack */
async function up(stack) {
  const { exitCode } = await stack.run(["up", "--yes", "--skip-preview"]);
  must(exitCode === 0, "the deployment succeeded");
}

/**
 * @param {boolean} condition
 * @param {string} claim
 */
function must(condition, claim) {
  if (!condition) throw new Error(`The demo failed. It is not true that ${claim}.`);
}

/**
 * @param {readonly string[]} a
 * @param {readonly string[]} b
 */
function sameItems(a, b) {
  return [...a].sort().join() === [...b].sort().join();
}

/**
 * @param {DemoStack} stack
 * @param {string} emulatorUrl
 */
function howToLookAround(stack, emulatorUrl) {
  const exports = Object.entries(stack.settings).map(([name, value]) => `  export ${name}='${value}'`);
  return [
    `Everything is still running. The emulator's page: ${emulatorUrl}/`,
    "To look around with the CLI, in another terminal:",
    ...exports,
    `  cd ${stack.project}`,
    "  pulumi stack output; pulumi preview --diff; pulumi up",
    "Ctrl-C here ends it all and removes it.",
  ].join("\n");
}

/** @param {string} line */
function say(line) {
  console.log(line);
}

await main().catch((/** @type {unknown} */ error) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
