import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningCommand, startCommand } from "../../tools/process.mjs";
import { WORKSPACE } from "../support/pulumi";

// Everything that the demo leaves behind would be in this folder, and every process that it starts knows of it.
let temporary: string;
let demo: RunningCommand | undefined;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "pulumi-up42-demo-test-"));
});

afterEach(async () => {
  demo?.kill();
  await demo?.result;
  await rm(temporary, { recursive: true, force: true });
});

test("the demo runs to its end, every step does what it says, and nothing is left behind", async () => {
  demo = startDemo();
  const { exitCode, stdout, stderr } = await demo.result;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(tableOf(stdout)).toEqual([
    ["create", "webhook created, 1 test notification verified", "5"],
    ["change", "updated in place, 2 test notifications verified", "5"],
    ["break", "deployment failed: both events refused with 401", expect.stringMatching(/^[3-9]$/)],
    ["repair", "deployment succeeded, 2 test notifications verified", "2"],
    ["drift", "drift found: active is false, not true", expect.stringMatching(/^\d+$/)],
    ["restore", "active again, 2 test notifications verified", expect.stringMatching(/^\d+$/)],
    ["destroy", "webhook deleted, the workspace is empty", "3"],
  ]);
  const commands = stdout.slice(stdout.indexOf("What next?")).trim().split("\n").slice(2);
  expect(commands.map((line) => /^ {2}(np[mx] .*?) {2,}/.exec(line)?.[1])).toEqual([
    "npm run demo -- --keep",
    "npx pulumi-up42 init my-webhooks",
    "npx pulumi-up42 --help",
  ]);
  expect(stdout).toMatch(/\$ pulumi up --yes --skip-preview/);
  expect(stdout).toMatch(
    /\* Failed to test webhook .*401 Unauthorized from .*order\.status: .*signature_mismatch/,
  );
  expect(stdout).not.toContain("\u001b");
  await expectNothingLeft();
});

test("Ctrl-C in the middle of a deployment stops everything and cleans up", async () => {
  demo = startDemo();
  await demo.waitForOutput(/^2\. [\s\S]*Updating \(demo\)/m);
  expect((await processesOf(temporary)).length).toBeGreaterThan(1);
  process.kill(demo.pid, "SIGINT");
  const { exitCode, stdout, stderr } = await demo.result;
  expect({ exitCode, stderr }).toEqual({
    exitCode: 130,
    stderr: "Stopped by SIGINT; everything was cleaned up.\n",
  });
  expect(stdout).toMatch(/✔ webhook created/);
  await expectNothingLeft();
});

test("an option that does not exist is refused before anything is started", async () => {
  demo = startDemo("--kep");
  const { exitCode, stderr } = await demo.result;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/Unknown option '--kep'/);
  await expectNothingLeft();
});

function startDemo(...args: readonly string[]): RunningCommand {
  const script = join("tools", "demo", "demo.mjs");
  // A user's own settings must not have a part in it: these would break every step.
  const env = {
    ...process.env,
    TMPDIR: temporary,
    UP42_REGION: "moon",
    PULUMI_BACKEND_URL: "file:///nowhere",
  };
  return startCommand(process.execPath, [script, ...args], { cwd: WORKSPACE, env });
}

/** The rows of the table at the end, less the seconds, the head and the sum. */
function tableOf(stdout: string): string[][] {
  const rows = stdout.split("\n").filter((line) => line.startsWith("| "));
  expect(rows[0]).toMatch(/^\| step +\| what happened +\| seconds +\| requests to UP42 \|$/);
  return rows.slice(2, -1).map((line) => {
    const [, name = "", what = "", , requests = ""] = line.split("|").map((cell) => cell.trim());
    return [name, what, requests];
  });
}

async function expectNothingLeft(): Promise<void> {
  expect(await readdir(temporary)).toEqual([]);
  expect(await processesOf(temporary)).toEqual([]);
}

/** The ids of the processes that have a text in their environment. */
async function processesOf(text: string): Promise<number[]> {
  const processes = existsSync("/proc/self/environ") ? await environmentsFromProc() : environmentsFromPs();
  return processes.filter(([, environment]) => environment.includes(text)).map(([pid]) => pid);
}

async function environmentsFromProc(): Promise<[number, string][]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  // Processes come and go, and those of others cannot be read.
  const read = (pid: string) => readFile(join("/proc", pid, "environ"), "utf8").catch(() => "");
  return Promise.all(pids.map(async (pid): Promise<[number, string]> => [Number(pid), await read(pid)]));
}

function environmentsFromPs(): [number, string][] {
  const lines = execFileSync("ps", ["-A", "-E", "-ww", "-o", "pid=,command="], { encoding: "utf8" }).split(
    "\n",
  );
  return lines.map((line) => [Number.parseInt(line, 10), line]);
}
