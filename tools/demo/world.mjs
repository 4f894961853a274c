import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEMO_ACCOUNT, startEmulator } from "up42-emulator";
import { startReceiver } from "./receiver.mjs";
import { createStack } from "./stack.mjs";

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "examples", "webhook");

/**
 * Everything that takes part: UP42's API, a receiver, and the stack of examples/webhook.
 * @typedef {object} World
 * @property {import("up42-emulator").Emulator} emulator
 * @property {import("./receiver.mjs").DemoReceiver} receiver
 * @property {string} secret what the webhook's notifications are signed with
 * @property {import("./stack.mjs").DemoStack} stack
 * @property {import("./terminal.mjs").Terminal} terminal
 */

/**
 * Starts everything, hands it to `use`, and takes it down again, however that ends.
 *
 * @template T
 * @param {{ terminal: import("./terminal.mjs").Terminal, signal: AbortSignal }} options
 * @param {(world: World) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withWorld({ terminal, signal }, use) {
  /** @type {(() => Promise<void>)[]} */
  const cleanUp = [];
  try {
    const emulator = await startEmulator();
    cleanUp.push(() => emulator.close());
    const secret = randomBytes(32).toString("base64url");
    const receiver = await startReceiver(secret, terminal.aside);
    cleanUp.push(() => receiver.close());
    const stack = await createStack({ program: PROGRAM, terminal, signal });
    cleanUp.push(() => stack.dispose());
    await stack.configure({
      "up42:apiUrl": emulator.url,
      "up42:workspaceId": DEMO_ACCOUNT.workspaceId,
      "up42:username": DEMO_ACCOUNT.username,
      "up42:password": { secret: DEMO_ACCOUNT.password },
      name: "Orders and jobs",
      secret: { secret },
      // A failing test is repeated for so long; the demo does not wait a minute for a receiver that stays broken.
      testTimeoutSeconds: "2",
    });
    terminal.line(`UP42's API, emulated  ${emulator.url}`);
    terminal.line(`Receiver              ${receiver.url}`);
    terminal.line(`Program               examples/webhook, its stack in ${stack.root}`);
    return await use({ emulator, receiver, secret, stack, terminal });
  } finally {
    for (const task of cleanUp.reverse()) {
      await task();
    }
  }
}
