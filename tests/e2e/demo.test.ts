import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WORKSPACE } from "../support/pulumi";

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs the demo as a user does, in a process of its own; `onOutput` may interrupt it. */
function runDemo(
  onOutput: (output: string, interrupt: () => void) => void = () => undefined,
): Promise<Ended> {
  const demo = join(WORKSPACE, "tools", "demo", "demo.mjs");
  const child = spawn(process.execPath, [demo], { env: { ...process.env, NO_COLOR: "1" } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      onOutput(output, () => child.kill("SIGINT"));
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, output }));
  });
}

const demoFolders = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith("pulumi-up42-demo-"));

test("the demo runs to its end, and every step does what it says", async () => {
  const { exitCode, output } = await runDemo();
  expect(output).toMatch(/^create +webhook created, 1 test notification verified/m);
  expect(output).toMatch(/^change +updated in place, 2 test notifications verified/m);
  expect(output).toMatch(/^break +deployment failed: both events refused with 401/m);
  expect(output).toMatch(/^mend +deployment succeeded, 2 test notifications verified/m);
  expect(output).toMatch(/^refresh +no drift/m);
  expect(output).toMatch(/^destroy +webhook deleted, the workspace is empty/m);
  expect(exitCode).toBe(0);
});

test("Ctrl-C ends the demo and leaves nothing behind", async () => {
  const before = await demoFolders();
  let folder = "";
  const { exitCode } = await runDemo((text, interrupt) => {
    if (folder === "" && /Updating \(/.test(text)) {
      folder = "seen";
      interrupt();
    }
  });
  expect(folder).toBe("seen");
  expect(exitCode).toBe(130);
  expect(await demoFolders()).toEqual(before);
});
