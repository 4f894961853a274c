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
  expect(output).toMatch(
    /create and test +webhook created, 2 signed notifications verified .*events, token, list, create, test/,
  );
  expect(output).toMatch(/change +updated in place and tested again/);
  expect(output).toMatch(/broken receiver +deployment failed: order.status got HTTP 500/);
  expect(output).toMatch(/mended receiver +the test passed/);
  expect(output).toMatch(/drift check +no drift/);
  expect(output).toMatch(/destroy +the workspace is empty/);
  expect(exitCode).toBe(0);
});

test("Ctrl-C ends the demo and leaves nothing behind", async () => {
  const before = await demoFolders();
  let folder = "";
  const { exitCode, output } = await runDemo((text, interrupt) => {
    if (folder === "" && text.includes("Updating (demo)")) {
      folder = "seen";
      interrupt();
    }
  });
  expect(folder).toBe("seen");
  expect(output).toContain("Interrupted: cleaning up.");
  expect(exitCode).toBe(130);
  expect(await demoFolders()).toEqual(before);
});
