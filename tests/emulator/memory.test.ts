import { sendToSmallEmulator } from "../../tools/emulator-memory.mjs";

test("40,000 requests of 360 MiB are answered with a heap of 128 MiB", async () => {
  await expect(sendToSmallEmulator(40_000)).resolves.toBeUndefined();
});
