import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type EmulatorOptions, startEmulator } from "../../emulator/src";
import { createWebhook, login, send } from "../emulator/client";
import { type ReceivedRequest, startReceiver } from "../support/receiver";

interface Signed {
  readonly headers: ReceivedRequest["headers"];
  readonly secret: string;
}

/** Which notifications UP42's published validator takes. */
function validate(notifications: readonly Signed[]): unknown {
  const input = JSON.stringify(notifications);
  const { stdout, stderr } = spawnSync("python3", [join(__dirname, "validator.py")], {
    input,
    encoding: "utf8",
  });
  if (stderr !== "") {
    throw new Error(stderr);
  }
  return JSON.parse(stdout);
}

test.each<[string, EmulatorOptions, string]>([
  ["as it is by default", {}, "QWZTFnMEXhqZKNmu"],
  ["with a secret beyond ASCII", {}, "Schlüssel 🛰"],
  ["over other headers", { signedHeaders: ["digest", "host"] }, "s3cret"],
])("UP42's published validator takes every notification, signed %s", async (_, options, secret) => {
  const receiver = await startReceiver();
  const emulator = await startEmulator({ retries: 1, retryDelayMs: 1, ...options });
  try {
    const path = await createWebhook(emulator, { url: receiver.url, secret, active: true });
    await send(emulator, "POST", `${path}/tests`, { headers: await login(emulator) });
    receiver.answer(503);
    for (const event of ["job.status", "order.status"]) {
      await emulator.trigger({ event });
    }
    const [delivery] = emulator.deliveries();
    await send(emulator, "POST", `/_emulator/deliveries/${delivery?.id}/repeat`);
    // Two tests, two live notifications and a repeated one, each of these sent twice.
    await receiver.received(8);
    const notifications = receiver.requests.map(({ headers }) => [
      { headers, secret },
      { headers, secret: "another secret" },
      { headers: { ...headers, host: "elsewhere" }, secret },
    ]);
    expect(validate(notifications.flat())).toEqual(notifications.flatMap(() => [true, false, false]));
  } finally {
    await emulator.close();
    await receiver.close();
  }
});
