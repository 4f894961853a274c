// UP42 and the receiver on this machine, to try things out without an account: `npm start`.
import { startEmulator } from "up42-emulator";

process.env.UP42_WEBHOOK_SECRET ??= "only-for-trying-out"; // as in Pulumi.dev.yaml

try {
  const emulator = await startEmulator({ port: 8042, log: console.log });
  await import("./receiver.mjs");
  console.log(`UP42, emulated, with its webhooks and deliveries: ${emulator.url}`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
