import { join } from "node:path";
import { DEMO_ACCOUNT, startEmulator } from "../../emulator/src";
import { startReceiver } from "../support/receiver";
import { pythonWith, run } from "./environment";

/** The last one with webhooks. `UP42_SDK=1.0.0 npx jest tests/python/sdk` tries another. */
const VERSION = process.env.UP42_SDK ?? "2.6.0";

test("UP42's own Python SDK manages webhooks, with nothing changed but the host names", async () => {
  const python = await pythonWith(`up42-py==${VERSION}`);
  const receiver = await startReceiver();
  const emulator = await startEmulator();
  try {
    const url = `${receiver.url}/`;
    const { username, password } = DEMO_ACCOUNT;
    const script = join(__dirname, "sdk.py");
    const output = await run(python, ["-W", "ignore", script, emulator.url, username, password, url]);
    const created = { name: "made by the SDK", url, events: ["order.status"], active: false, secret: "" };
    const updated = { ...created, name: "renamed", active: true };
    expect(JSON.parse(output)).toMatchObject({
      version: VERSION,
      events: [{ name: "job.status" }, { name: "order.status" }],
      created,
      updated,
      tested: { testsRun: 1, testsSucceeded: 1, tests: [{ eventName: "order.status", success: true }] },
      listed: [updated],
      left: [],
    });
    expect(receiver.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
      { event: "order.status", liveMode: false },
    ]);
    expect(emulator.webhooks()).toEqual([]);
  } finally {
    await emulator.close();
    await receiver.close();
  }
});
