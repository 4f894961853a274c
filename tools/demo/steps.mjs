import { loginAs } from "../colleague.mjs";

/**
 * What the demo shows. Each step says in a line what it is going to do, does it, and checks that it came true.
 * @typedef {object} Step
 * @property {string} name for the table
 * @property {string} intro
 * @property {(world: import("./world.mjs").World) => Promise<string>} run
 *   answers what happened; throws when that is not what it should be
 */

/** @type {readonly Step[]} */
export const STEPS = [
  {
    name: "create",
    intro: "A new webhook: pulumi up creates it and lets UP42 send a test notification.",
    run: async ({ stack, receiver, emulator }) => {
      await stack.configure({ url: `${receiver.url}/jobs`, events: '["job.status"]' });
      await succeed(stack.show("up", "--yes", "--skip-preview"));
      await expectTests(stack, 1);
      expectVerified(receiver, ["/jobs job.status"]);
      const [webhook] = webhooksIn(emulator, 1);
      expect(webhook?.active === true, "the webhook is active");
      return "webhook created, 1 test notification verified";
    },
  },
  {
    name: "change",
    intro: "Another URL and one more event: the same webhook is changed in place and tested again.",
    run: async ({ stack, receiver, emulator }) => {
      const [before] = webhooksIn(emulator, 1);
      await stack.configure({ url: `${receiver.url}/up42`, events: '["job.status", "order.status"]' });
      await succeed(stack.show("up", "--yes", "--skip-preview"));
      await expectTests(stack, 2);
      expectVerified(receiver, ["/up42 job.status", "/up42 order.status"]);
      const [after] = webhooksIn(emulator, 1);
      expect(after?.id === before?.id, "the webhook is still the same one");
      expect(after?.url === `${receiver.url}/up42`, "UP42 has the new URL");
      return "updated in place, 2 test notifications verified";
    },
  },
  {
    name: "break",
    intro:
      "A new version of the receiver goes out with a wrong secret: the deployment has to fail, and say why.",
    run: async ({ stack, receiver }) => {
      receiver.deploy("not the webhook's secret");
      await stack.configure({ receiverVersion: "2" });
      const { exitCode, output } = await stack.show("up", "--yes", "--skip-preview");
      expect(exitCode !== 0, "the deployment failed");
      const reason =
        /Failed to test webhook .*401 Unauthorized from .*job\.status, order\.status: .*signature_mismatch/;
      expect(reason.test(output), "the reason names both events and the receiver's answer");
      expectVerified(receiver, []);
      return "deployment failed: both events refused with 401";
    },
  },
  {
    name: "repair",
    intro: "The receiver gets the right secret: the next pulumi up repeats the test that failed.",
    run: async ({ stack, receiver, secret }) => {
      receiver.deploy(secret);
      await succeed(stack.show("up", "--yes", "--skip-preview"));
      await expectTests(stack, 2);
      expectVerified(receiver, ["/up42 job.status", "/up42 order.status"]);
      return "deployment succeeded, 2 test notifications verified";
    },
  },
  {
    name: "drift",
    intro: "A colleague turns the webhook off in UP42's console: a check of the stack, as in CI, finds it.",
    run: async ({ stack, emulator }) => {
      const [webhook] = webhooksIn(emulator, 1);
      await (await loginAs(emulator)).change(String(webhook?.id), { active: false });
      const { exitCode, output } = await stack.show("preview", "--refresh", "--expect-no-changes", "--diff");
      expect(exitCode !== 0, "the check fails");
      expect(/active *: false => true/.test(output), "the preview names what is different");
      return "drift found: active is false, not true";
    },
  },
  {
    name: "restore",
    intro: "pulumi up --refresh makes UP42 what the program says, and tests the webhook again.",
    run: async ({ stack, receiver, emulator }) => {
      await succeed(stack.show("up", "--refresh", "--yes", "--skip-preview"));
      await expectTests(stack, 2);
      expectVerified(receiver, ["/up42 job.status", "/up42 order.status"]);
      const [webhook] = webhooksIn(emulator, 1);
      expect(webhook?.active === true, "the webhook is active again");
      return "active again, 2 test notifications verified";
    },
  },
  {
    name: "destroy",
    intro: "pulumi destroy leaves nothing behind.",
    run: async ({ stack, emulator }) => {
      await succeed(stack.show("destroy", "--yes", "--skip-preview"));
      webhooksIn(emulator, 0);
      return "webhook deleted, the workspace is empty";
    },
  },
];

/** @param {boolean} condition @param {string} claim what should be so */
function expect(condition, claim) {
  if (!condition) {
    throw new Error(`It should be so, but is not: ${claim}.`);
  }
}

/** @param {ReturnType<import("./stack.mjs").DemoStack["show"]>} command */
async function succeed(command) {
  const { exitCode } = await command;
  expect(exitCode === 0, "pulumi succeeds");
}

/** @param {import("./stack.mjs").DemoStack} stack @param {number} count */
async function expectTests(stack, count) {
  const { testsRun, testsSucceeded, testsFailed } = await stack.outputs();
  const counts = `${testsRun} run, ${testsSucceeded} succeeded, ${testsFailed} failed`;
  expect(
    testsRun === count && testsSucceeded === count && testsFailed === 0,
    `the stack's outputs report ${count} successful tests (${counts})`,
  );
}

/**
 * Checks what the receiver has verified since the last check.
 *
 * @param {import("./receiver.mjs").DemoReceiver} receiver
 * @param {readonly string[]} notifications path and event of each
 */
function expectVerified(receiver, notifications) {
  const found = receiver.takeVerified().sort();
  const claim = `the receiver verified ${notifications.join(", ") || "nothing"} (${found.join(", ") || "nothing"})`;
  expect(found.join() === [...notifications].sort().join(), claim);
}

/** @param {import("up42-emulator").Emulator} emulator @param {number} count */
function webhooksIn(emulator, count) {
  const webhooks = emulator.webhooks();
  expect(webhooks.length === count, `UP42 has ${count} webhooks (${webhooks.length})`);
  return webhooks;
}
