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

test("the receiver loads its own files and the parser of structured fields, and nothing else", async () => {
  const script = `require("pulumi-up42/receiver"); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const loaded: string[] = JSON.parse(await node("--eval", script));

  const own = join(ROOT, "provider", "dist", "receiver");
  expect(loaded).toContain(join(own, "index.js"));
  const foreign = loaded.filter((file) => !file.startsWith(own));
  expect(foreign).toEqual([expect.stringMatching(/node_modules.structured-headers.cjs.index\.cjs$/)]);
});

test("it loads from an ES module, by its names", async () => {
  const script = `
    import { createMemoryReplayStore, handleOnce, NotificationError, requestFromApiGateway, verifyNotification }
      from "pulumi-up42/receiver";
    console.log([createMemoryReplayStore, handleOnce, NotificationError, requestFromApiGateway, verifyNotification]
      .map((value) => typeof value).join());`;
  expect(await node("--input-type=module", "--eval", script)).toBe(
    "function,function,function,function,function\n",
  );
});
