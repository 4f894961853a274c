import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Block, type RunOptions, readmeBlocks, runBlocks } from "../support/readme";

/** How a README's commands are found and run: what readme.test.ts relies on. */

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pulumi-up42-readme-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (commands: string): Block => ({ kind: "run", commands, line: 1 });
const background = (commands: string): Block => ({ kind: "background", commands, line: 1 });
const runAll = (blocks: Block[], options: Partial<RunOptions> = {}) =>
  runBlocks(blocks, {
    folder,
    env: { PATH: process.env.PATH },
    beforeStop: () => Promise.resolve(),
    ...options,
  });

test("blocks of commands are found by their mark, in order; other blocks are none", () => {
  const readme = [
    "```sh\none\ntwo\n```",
    "```ts\nconst no = 1;\n```",
    "```sh background\nthree\n```",
    "```sh account\nfour\n```",
    "inline ```sh is none",
  ].join("\n\n");
  expect(readmeBlocks(readme)).toEqual([
    { kind: "run", commands: "one\ntwo\n", line: 1 },
    { kind: "background", commands: "three\n", line: 10 },
    { kind: "account", commands: "four\n", line: 14 },
  ]);
});

test("a mark that is not known is an error with its line", () => {
  expect(() => readmeBlocks("text\n\n```sh backgruond\none\n```")).toThrow(
    'Line 3: a block of commands is "sh", "sh background" or "sh account", not "sh backgruond".',
  );
});

test("exports and the folder carry over, other variables do not", async () => {
  const { results } = await runAll([
    run('export NAME="it\'s"\nlocal=lost\nmkdir deep\ncd deep'),
    { kind: "account", commands: "exit 1", line: 1 },
    run('echo "$NAME $local- $(basename "$PWD")"'),
  ]);
  expect(results.map(({ stdout }) => stdout)).toEqual(["", "it's - deep\n"]);
});

test.each(["false\necho later", "exit 3", "no-such-command"])("%j fails", async (commands) => {
  await expect(runAll([run(commands), run("touch reached")])).rejects.toThrow(
    `The commands on line 1 of the README\n${commands}\nfailed: exit code`,
  );
});

test("what is in the background runs until the end, is then stopped, and its output is kept", async () => {
  const beforeStop = jest.fn(() => Promise.resolve());
  const { background: logs, results } = await runAll(
    [
      run("export BEFORE=yes"),
      background('export MINE=1\necho "$$ $BEFORE"\nexec sleep 100'),
      run('echo "$MINE-"'),
    ],
    { beforeStop },
  );
  expect(beforeStop).toHaveBeenCalledTimes(1);
  expect(results.map(({ stdout }) => stdout)).toEqual(["", "-\n"]);
  const [pid, before] = (logs[0]?.stdout ?? "").trim().split(" ");
  expect(before).toBe("yes");
  expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
});

test("what is in the background is stopped after a failure, too", async () => {
  const file = join(folder, "pid");
  const blocks = [background(`echo $$ > '${file}'\necho started\nexec sleep 100`), run("exit 1")];
  await expect(runAll(blocks)).rejects.toThrow("exit code 1");
  const pid = Number(await readFile(file, "utf8"));
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test.each([
  ["before it says anything", "printf silent; exit 2", "ended without a line of output: exit code 2"],
  ["before the others have run", "echo $$ > pid; echo started", "ended by itself: exit code 0"],
])("what should stay in the background may not end %s", async (_, commands, message) => {
  await expect(
    runAll([background(commands), run("while kill -0 $(cat pid); do :; done"), run("true")]),
  ).rejects.toThrow(message);
});

test.each([
  ["does not end", run("echo so far; exec sleep 100"), "echo so far; exec sleep 100\ndid not end in time"],
  [
    "is silent in the background",
    background("printf 'so far'; exec sleep 100"),
    "printf 'so far'; exec sleep 100\nprinted no line in time",
  ],
])("what %s is stopped, and the error has what it printed", async (_, block, message) => {
  const running = runAll([block], { timeoutMs: 1000 });
  await expect(running).rejects.toThrow(`The commands on line 1 of the README\n${message}: exit code null`);
  await expect(running).rejects.toThrow("--- stdout\nso far");
});
