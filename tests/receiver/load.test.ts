import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = dirname(dirname(__dirname));

// In the examples' folder, so that the package is found by its name, as by those who install it.
async function node(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, args, { cwd: join(ROOT, "examples", "receivers") });
  return stdout;
}

test("the receiver is one file, and loads nothing else", async () => {
  const script = `require("pulumi-up42/receiver"); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const loaded: string[] = JSON.parse(await node("--eval", script));
  expect(loaded).toEqual([join(ROOT, "provider", "dist", "receiver", "index.js")]);
});

test("both forms of it export the same names", async () => {
  const names = "Object.entries(receiver).map(([name, value]) => name + ' ' + typeof value).sort()";
  const required = await node(
    "--eval",
    `const receiver = require("pulumi-up42/receiver"); console.log(${names})`,
  );
  const script = `import * as receiver from "pulumi-up42/receiver"; console.log(${names})`;
  expect(await node("--input-type=module", "--eval", script)).toBe(required);
  expect(required.match(/\w+ function/g)).toEqual(
    [
      "NotificationError",
      "createMemoryReplayStore",
      "handleOnce",
      "requestFromApiGateway",
      "verifyNodeRequest",
      "verifyNotification",
      "verifyNotificationAsync",
      "verifyWebRequest",
    ].map((name) => `${name} function`),
  );
});
