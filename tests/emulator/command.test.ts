import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_ACCOUNT, startEmulator } from "../../emulator/src";
import { startReceiver } from "../support/receiver";
import { at, createWebhook, loginForm, send, TOKEN_PATH, WEBHOOKS } from "./client";
import { type RunningCommand, startEmulatorCommand } from "./command";

const WEBHOOK = {
  events: ["job.status"],
  url: "https://my.sample.endpoint.com/",
  secret: "QWZTFnMEXhqZKNmu",
};

let folder: string;
const running: RunningCommand[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "up42-emulator-"));
});
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.kill();
    await command.result;
  }
  rmSync(folder, { recursive: true });
});

function start(...args: string[]): RunningCommand {
  const command = startEmulatorCommand(folder, args);
  running.push(command);
  return command;
}

async function serve(...args: string[]) {
  const command = start("--port", "0", ...args);
  const output = await command.output(/Stop it with Ctrl-C/);
  const url = /emulated: (http:\S+)/.exec(output)?.[1] ?? "";
  const { body } = await send({ url }, "POST", TOKEN_PATH, { body: loginForm() });
  return { command, url, output, headers: { authorization: `Bearer ${at(body, "access_token")}` } };
}

test("tells its address and how to point a Pulumi program at it", async () => {
  const { output, url } = await serve();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  for (const line of [
    `export UP42_API_URL=${url}`,
    `export UP42_AUTH_URL=${url}`,
    `export UP42_USERNAME=${DEMO_ACCOUNT.username}`,
    `export UP42_PASSWORD=${DEMO_ACCOUNT.password}`,
  ]) {
    expect(output).toContain(`  ${line}\n`);
  }
  for (const fact of [DEMO_ACCOUNT.workspaceId, DEMO_ACCOUNT.projectId, DEMO_ACCOUNT.projectApiKey]) {
    expect(output).toContain(fact);
  }
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "ends with exit code 0 on %s, also while a receiver hangs and a client waits",
  async (signal) => {
    const receiver = await startReceiver("hang");
    try {
      const { command, url, headers } = await serve("--test-timeout", "3600");
      const body = { ...WEBHOOK, name: "x", url: receiver.url };
      const created = await send({ url }, "POST", WEBHOOKS, { headers, body });
      const tests = `${WEBHOOKS}/${at(created.body, "data", "id")}/tests`;
      const waiting = Promise.allSettled([send({ url }, "POST", tests, { headers })]);
      await receiver.received(1);
      command.kill(signal);
      expect(await command.result).toMatchObject({ exitCode: 0, stderr: "" });
      await waiting;
    } finally {
      await receiver.close();
    }
  },
);

test("logs a line for each request, without secrets and tokens", async () => {
  const { command, url, headers } = await serve();
  const created = await send({ url }, "POST", WEBHOOKS, { headers, body: { ...WEBHOOK, name: "x" } });
  expect(created.status).toBe(200);
  await command.output(new RegExp(`^\\d\\d:\\d\\d:\\d\\d POST ${WEBHOOKS} 200 \\d+ ms$`, "m"));
  command.kill("SIGTERM");
  const { stdout } = await command.result;
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d POST \/realms\/\S+\/token 200 \d+ ms$/m);
  for (const secret of [WEBHOOK.secret, headers.authorization.slice(7)]) expect(stdout).not.toContain(secret);
});

test("webhooks that were answered are still there after kill -9", async () => {
  const dataFile = join(folder, "data.json");
  const first = await serve("--data", dataFile);
  const answered: string[] = [];
  const creating = (async () => {
    for (let count = 0; ; count++) {
      const body = { ...WEBHOOK, name: `webhook ${count}` };
      const reply = await send(first, "POST", WEBHOOKS, { headers: first.headers, body });
      answered.push(String(at(reply.body, "data", "id")));
      if (count === 20) first.command.kill("SIGKILL");
    }
  })();
  await expect(creating).rejects.toThrow();
  expect((await first.command.result).exitCode).toBeNull();

  const second = await serve("--data", dataFile);
  const { body } = await send(second, "GET", WEBHOOKS, { headers: second.headers });
  const data = at(body, "data");
  const kept = Array.isArray(data) ? data.map((webhook) => at(webhook, "id")) : [];
  expect(answered.length).toBeGreaterThan(20);
  expect(kept.slice(0, answered.length)).toEqual(answered);
  // The request that was under way may have been carried out without its answer getting through.
  expect(kept.length - answered.length).toBeLessThanOrEqual(1);
  expect(JSON.parse(readFileSync(dataFile, "utf8"))).toMatchObject({ version: 1 });
});

test("options reach the emulator", async () => {
  const { url, headers } = await serve(
    "--secret-visibility",
    "omitted",
    "--delete-status",
    "200",
    "--token-lifetime",
    "77",
  );
  const login = await send({ url }, "POST", TOKEN_PATH, { body: loginForm() });
  expect(at(login.body, "expires_in")).toBe(77);
  const { body } = await send({ url }, "POST", WEBHOOKS, { headers, body: { ...WEBHOOK, name: "x" } });
  expect(Object.keys(Object(at(body, "data")))).not.toContain("secret");
  expect((await send({ url }, "DELETE", `${WEBHOOKS}/${at(body, "data", "id")}`, { headers })).status).toBe(
    200,
  );
});

test.each([
  [["--port", "http"], /--port.*must be a number/],
  [["--port", "65536"], /--port.*0 to 65535/],
  [["--latency", "-1"], /--latency.*at least 0/],
  [["--test-timeout", "0"], /--test-timeout.*more than 0/],
  [["--retries", "1.5"], /--retries.*whole number/],
  [["--secret-visibility", "some"], /--secret-visibility.*clear, masked/],
  [["nonsense"], /too many arguments|unknown command/],
  [["--data", "/dev/null/x"], /Failed to write the data file/],
])("%j is refused with exit code 1", async (args, message) => {
  const { exitCode, stderr, stdout } = await start("--port", "0", ...args).result;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
  expect(stdout).toBe("");
});

describe("trigger", () => {
  test("sends a live notification and tells how it went", async () => {
    const receiver = await startReceiver();
    const emulator = await startEmulator({ retries: 1, retryDelayMs: 1 });
    try {
      await createWebhook(emulator, { url: receiver.url, active: true });
      const args = ["trigger", "order.status", "--status", "FULFILLED", "--url", emulator.url];
      const delivered = await start(...args).result;
      expect(delivered).toEqual({ exitCode: 0, stderr: "", stdout: `${receiver.url}  attempt 1: 200 OK\n` });
      expect(JSON.parse(receiver.requests[0]?.body ?? "")).toMatchObject({
        event: "order.status",
        liveMode: true,
        body: { status: "FULFILLED" },
      });

      receiver.answer(500);
      const line = (attempt: number) => `${receiver.url}  attempt ${attempt}: 500 Internal Server Error\n`;
      expect(await start(...args).result).toEqual({
        exitCode: 1,
        stdout: line(1) + line(2),
        stderr: "1 of 1 notifications were not delivered.\n",
      });
    } finally {
      await emulator.close();
      await receiver.close();
    }
  });

  test("without a webhook, with an unknown event and without an emulator: says why, exit code 1", async () => {
    const emulator = await startEmulator();
    const { url } = emulator;
    expect(await start("trigger", "job.status", "--url", url).result).toMatchObject({
      exitCode: 1,
      stderr: "Nothing sent: no active webhook is subscribed to job.status.\n",
    });
    expect(await start("trigger", "job.statuses", "--url", url).result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/HTTP 400.*"job.statuses" isn't one of job.status, order.status/),
    });
    await emulator.close();
    expect(await start("trigger", "job.status", "--url", url).result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^No emulator answers at .*--url/),
    });
  });
});
