import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_ACCOUNT, startEmulator } from "../../emulator/src";
import { runCommand } from "../../tools/process.mjs";
import { freePorts } from "../support/listen";
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

test("prints its address and how to point a Pulumi program at it", async () => {
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
  for (const secret of [WEBHOOK.secret, headers.authorization.slice(7)]) {
    expect(stdout).not.toContain(secret);
  }
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
      if (count === 20) {
        first.command.kill("SIGKILL");
      }
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

test("goes on when the reader of its log goes away", async () => {
  const { command, url, headers } = await serve();
  command.closeOutput();
  for (let count = 0; count < 5; count++) {
    expect((await send({ url }, "GET", WEBHOOKS, { headers })).status).toBe(200);
  }
  command.kill("SIGTERM");
  expect(await command.result).toMatchObject({ exitCode: 0, stderr: "" });
});

test("answers what is under way before it ends, and takes nothing new", async () => {
  const receiver = await startReceiver("hang");
  try {
    const { command, url, headers } = await serve("--test-timeout", "3600");
    const body = { ...WEBHOOK, name: "x", url: receiver.url };
    const created = await send({ url }, "POST", WEBHOOKS, { headers, body });
    const path = `${WEBHOOKS}/${at(created.body, "data", "id")}/tests`;
    const waiting = send({ url }, "POST", path, { headers });
    await receiver.received(1);
    command.kill("SIGTERM");
    expect(await waiting).toMatchObject({
      status: 200,
      body: {
        data: { testsFailed: 1, tests: [{ message: expect.stringContaining("the emulator was stopped") }] },
      },
    });
    expect((await command.result).exitCode).toBe(0);
    await expect(send({ url }, "GET", WEBHOOKS, { headers })).rejects.toThrow();
  } finally {
    await receiver.close();
  }
});

describe("a seed file", () => {
  const SEED = `
accounts:
  - username: me@team.example
    password: my-password
    workspaceId: 0c5ad8f6-0042-4042-8042-000000000001
webhooks:
  - id: 6b6ad0f5-7c1e-4d4e-8a53-6d3f3b8f4d5c
    name: orders
    url: https://my.sample.endpoint.com/
    events: [order.status]
`;

  test("has the accounts and webhooks to start with, and the command prints the account", async () => {
    const file = join(folder, "seed.yaml");
    writeFileSync(file, SEED);
    const args = ["--seed-file", file, "--data", "data.json"];
    const { command, url, output } = await serve(...args);
    expect(output).toContain("export UP42_USERNAME=me@team.example\n  export UP42_PASSWORD=my-password\n");
    const account = { username: "me@team.example", password: "my-password", workspaceId: "" };
    const { body } = await send({ url }, "POST", TOKEN_PATH, { body: loginForm(account) });
    const headers = { authorization: `Bearer ${at(body, "access_token")}` };
    const path =
      "/workspaces/0c5ad8f6-0042-4042-8042-000000000001/webhooks/6b6ad0f5-7c1e-4d4e-8a53-6d3f3b8f4d5c";
    expect(await send({ url }, "GET", path, { headers })).toMatchObject({
      body: { data: { name: "orders" } },
    });
    command.kill("SIGTERM");
    await command.result;
    // What the data file has is not created again.
    const again = await serve(...args);
    const { body: webhooks } = await send(again, "GET", "/_emulator/webhooks");
    expect(at(webhooks, "data")).toHaveLength(1);
  });

  test.each([
    ["that isn't there", "", /ENOENT/],
    ["that isn't YAML", "a: [", /Failed to read the seed file/],
    [
      "with an account without a password",
      "accounts: [{username: a, workspaceId: b}]",
      /password is required/,
    ],
    ["with an unknown field", "webhook: []", /webhook isn't a known field/],
    ["with a webhook without a URL", "webhooks: [{name: a, events: [job.status]}]", /url is required/],
    [
      "with a project without a key",
      "accounts: [{username: a, password: b, workspaceId: c, projectId: d}]",
      /projectApiKey/,
    ],
    [
      "with an event that isn't there",
      "webhooks: [{name: a, url: 'https://a.example', events: [x]}]",
      /"x" isn't one of/,
    ],
  ])("%s is refused with exit code 1", async (_, content, message) => {
    const file = join(folder, "seed.yaml");
    if (content !== "") {
      writeFileSync(file, content);
    }
    const { exitCode, stderr } = await start("--port", "0", "--seed-file", file).result;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});

test("options reach the emulator", async () => {
  const { url, headers } = await serve(
    "--secret-visibility",
    "omitted",
    "--delete-status",
    "200",
    "--token-lifetime",
    "77",
    "--allow-receiver",
    "receiver",
    "--allow-receiver",
    "other",
    "--unique-urls",
    "--unknown-fields",
    "refuse",
    "--error-format",
    "problem",
    "--signed-headers",
    "digest,date",
    "--fault",
    "operation=getProject,status=503,count=2,retryAfterSeconds=3",
  );
  const login = await send({ url }, "POST", TOKEN_PATH, { body: loginForm() });
  expect(at(login.body, "expires_in")).toBe(77);
  const { body } = await send({ url }, "POST", WEBHOOKS, { headers, body: { ...WEBHOOK, name: "x" } });
  expect(Object.keys(Object(at(body, "data")))).not.toContain("secret");
  const twin = await send({ url }, "POST", WEBHOOKS, { headers, body: { ...WEBHOOK, name: "x" } });
  expect(twin).toMatchObject({ status: 409, body: { title: "Conflict" } });
  for (const host of ["receiver", "other"]) {
    const plain = { ...WEBHOOK, name: "x", url: `http://${host}/` };
    expect((await send({ url }, "POST", WEBHOOKS, { headers, body: plain })).status).toBe(200);
  }
  const unknown = { ...WEBHOOK, name: "x", isActive: true };
  expect((await send({ url }, "POST", WEBHOOKS, { headers, body: unknown })).status).toBe(400);
  const { body: deliveries } = await send({ url }, "POST", `${WEBHOOKS}/${at(body, "data", "id")}/tests`, {
    headers,
  });
  expect(at(deliveries, "data", "testsRun")).toBe(1);
  const sent = await send({ url }, "GET", "/_emulator/deliveries");
  expect(at(sent.body, "data", 0, "attempts", 0, "headers", "signature-input")).toMatch(
    /^up42-sig=\("digest" "date"\);/,
  );
  const faulty = await send({ url }, "GET", "/projects/x", { headers });
  expect([faulty.status, faulty.headers.get("retry-after")]).toEqual([503, "3"]);
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
  [["--fault", "operation=createWebhook"], /--fault.*needs one of delayMs, status and lostAnswer/],
  [["--fault", "operation=x,status=500"], /--fault.*operation must be one of/],
  [["--signed-headers", "digest,x"], /--signed-headers.*some of host, date/],
  [["--allow-host", ""], /--allow-host.*must not be empty/],
  [["--rate-limit", "-1"], /--rate-limit.*at least 0/],
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
  test("sends a live notification and reports how it went", async () => {
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
        stderr:
          "Failed to deliver 1 of 1 notifications of order.status. Correct what the receiver answers.\n",
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
      stderr:
        "Failed to trigger job.status: no active webhook is subscribed to it. Activate one that is, or create it.\n",
    });
    expect(await start("trigger", "job.statuses", "--url", url).result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/HTTP 400.*"job.statuses" isn't one of job.status, order.status/),
    });
    await emulator.close();
    expect(await start("trigger", "job.status", "--url", url).result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^Failed to reach .*: no emulator answers.*--url/),
    });
  });
});

describe("the README's recipe", () => {
  const readme = readFileSync(join(__dirname, "../../emulator/README.md"), "utf8");

  test("for Docker Compose lets one container in, and notify another", async () => {
    const [, args = ""] = /^ +command: npx --yes up42-emulator (.+)$/m.exec(readme) ?? [];
    const { url, headers } = await serve(...args.split(" "));
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    const body = { ...WEBHOOK, name: "x", url: "http://receiver:3000/" };
    expect((await send({ url }, "POST", WEBHOOKS, { headers, body })).status).toBe(200);
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        request(`${url}/webhooks/events`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
    expect([await status("emulator:8042"), await status("other:8042")]).toEqual([200, 403]);
  });

  test("for GitHub Actions has the emulator running when its step is over", async () => {
    const [, step = ""] = /- name: Start the emulator\n +run: \|\n((?: {6}.+\n)+)/.exec(readme) ?? [];
    expect(step).toContain("npx --yes up42-emulator");
    // Takes the place of npx, which would install the published emulator, at a port that is free.
    const [port = 0] = await freePorts(1);
    const emulator = join(__dirname, "../../emulator/bin/up42-emulator.js");
    const npx = `#!/bin/sh\necho $$ > pid\nexec "${process.execPath}" "${emulator}" --port ${port}\n`;
    writeFileSync(join(folder, "npx"), npx, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, NO_PROXY: "*" };
    const script = step.replaceAll("8042", String(port));
    const result = await runCommand("sh", ["-e", "-c", script], { cwd: folder, env });
    try {
      expect(result.exitCode).toBe(0);
      expect((await send({ url: `http://127.0.0.1:${port}` }, "GET", "/webhooks/events")).status).toBe(200);
    } finally {
      process.kill(Number(readFileSync(join(folder, "pid"), "utf8")));
    }
  });

  test("for a seed file, and for faults, is valid", async () => {
    const [, seed = ""] = /```yaml\n(accounts:[^`]+)```/.exec(readme) ?? [];
    writeFileSync(join(folder, "seed.yaml"), seed);
    const [, args = ""] = /^npx up42-emulator (--fault .+)$/m.exec(readme) ?? [];
    const { url, output } = await serve("--seed-file", join(folder, "seed.yaml"), ...args.split(" "));
    expect(output).toContain("UP42_USERNAME=me@team.example");
    const [, fault = ""] = /--json '([^']+)'/.exec(readme) ?? [];
    expect((await send({ url }, "POST", "/_emulator/faults", { body: fault })).status).toBe(201);
    const { body } = await send({ url }, "GET", "/_emulator/faults");
    expect(at(body, "data")).toHaveLength(3);
  });
});
