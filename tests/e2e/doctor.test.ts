import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { tmpdir } from "node:os";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import * as v from "valibot";
import { signatureRoundTrip } from "../../provider/src/cli/doctor/round-trip";
import { startProxy } from "../support/broken-proxy";
import { SELF_SIGNED } from "../support/certificates";
import { listenLocally } from "../support/listen";
import { canary, expectNoCanaries } from "../support/secrets";
import { runUp42 } from "../support/up42-command";

const password = canary("password");
const token = canary("token").replaceAll(/[^\w-]/g, "");
const account = { ...DEMO_ACCOUNT, password };

const Report = v.object({
  checks: v.array(
    v.object({ name: v.string(), result: v.string(), text: v.string(), milliseconds: v.number() }),
  ),
});
const CHECKS = [
  ...["settings", "proxy", "network", "TLS", "answers", "login", "scope", "workspace", "events", "list"],
  ...["clock", "signature"],
];

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ accounts: [account] });
});

afterAll(() => emulator?.close());

const doctor = async (env: NodeJS.ProcessEnv, ...args: readonly string[]) => {
  const base = { PATH: process.env.PATH, UP42_API_URL: emulator.url, UP42_USERNAME: account.username };
  const result = await runUp42(["doctor", ...args], {
    cwd: tmpdir(),
    env: { ...base, UP42_PASSWORD: password, ...env },
  });
  expectNoCanaries([password, token], { stdout: result.stdout, stderr: result.stderr });
  expect(result.stderr).toBe("");
  return result;
};

/** What `doctor --json` found, and the check that failed; every check after it that needs it is skipped. */
const diagnose = async (env: NodeJS.ProcessEnv) => {
  const { exitCode, stdout } = await doctor(env, "--json");
  const { checks } = v.parse(Report, JSON.parse(stdout));
  const failed = checks.filter(({ result }) => result === "failed");
  return { exitCode, checks, failed: failed.map(({ name, text }) => `${name}: ${text}`) };
};

test("when all is well, each check says what it found", async () => {
  const { exitCode, checks } = await diagnose({});
  expect(exitCode).toBe(0);
  expect(checks.map(({ name, result }) => `${name} ${result}`)).toEqual(CHECKS.map((name) => `${name} ok`));
  expect(checks.find(({ name }) => name === "events")?.text).toBe("job.status, order.status");
});

test("for people, a line for each check", async () => {
  const { exitCode, stdout } = await doctor({});
  expect(exitCode).toBe(0);
  const [versions, , head, ...lines] = stdout.trimEnd().split("\n");
  expect(versions).toMatch(/^pulumi-up42 \d+\.\d+\.\d+, Node\.js v\d+\.\d+\.\d+, \w+ \w+$/);
  expect(head).toMatch(/^RESULT +CHECK +TIME +WHAT IT FOUND$/);
  expect(lines.map((line) => line.split(/ {2,}/)[1])).toEqual(CHECKS);
});

describe("each cause is one line that says what to do", () => {
  test("no settings", async () => {
    const { exitCode, failed } = await diagnose({ UP42_USERNAME: "", UP42_PASSWORD: "" });
    expect({ exitCode, failed }).toEqual({
      exitCode: 2,
      failed: [expect.stringMatching(/^settings: No UP42 credentials were found\. Set one of: /)],
    });
  });

  test("a wrong password", async () => {
    const { exitCode, checks, failed } = await diagnose({ UP42_PASSWORD: "wrong" });
    expect({ exitCode, failed }).toEqual({
      exitCode: 2,
      failed: [
        expect.stringMatching(/^login: .*refused the username and password.*\. Check that up42:username/),
      ],
    });
    const skipped = checks.filter(({ result }) => result === "skipped").map(({ name }) => name);
    expect(skipped).toEqual(["scope", "workspace", "list"]);
  });

  test("another region's login", async () => {
    const other = await startEmulator();
    try {
      const { exitCode, failed } = await diagnose({ UP42_AUTH_URL: other.url });
      expect({ exitCode, failed }).toEqual({
        exitCode: 2,
        failed: [expect.stringMatching(/^login: .*belong to this region \(up42:region\)/)],
      });
    } finally {
      await other.close();
    }
  });

  test("an expired token", async () => {
    const { exitCode, failed } = await diagnose({
      UP42_USERNAME: "",
      UP42_PASSWORD: "",
      UP42_ACCESS_TOKEN: token,
    });
    expect({ exitCode, failed }).toEqual({
      exitCode: 2,
      failed: [
        expect.stringMatching(/^login: .*does not accept the access token.*\. Set a new up42:accessToken/),
      ],
    });
  });

  test("no workspace", async () => {
    const { projectId, projectApiKey } = account;
    const { exitCode, failed } = await diagnose({
      UP42_USERNAME: "",
      UP42_PASSWORD: "",
      UP42_PROJECT_ID: projectId,
      UP42_PROJECT_API_KEY: projectApiKey,
    });
    expect({ exitCode, failed }).toEqual({
      exitCode: 2,
      failed: [
        expect.stringMatching(/^scope: .*HTTP 403/),
        expect.stringMatching(/^workspace: No workspace is configured, .*\. Set up42:workspaceId/),
      ],
    });
  });

  test("a workspace of another account", async () => {
    const { exitCode, failed } = await diagnose({
      UP42_WORKSPACE_ID: "0c5ad8f6-0042-4042-8042-000000000001",
    });
    expect({ exitCode, failed }).toEqual({
      exitCode: 2,
      failed: [
        expect.stringMatching(/^list: .*HTTP 403.*Check that the credentials belong to this workspace/),
      ],
    });
  });

  test("nobody at the address", async () => {
    const { exitCode, failed } = await diagnose({ UP42_API_URL: "http://127.0.0.1:9" });
    expect({ exitCode, failed }).toEqual({
      exitCode: 2,
      failed: [expect.stringMatching(/^network: .*ECONNREFUSED.*\. Check the network/)],
    });
  });

  test("a captive portal", async () => {
    const page = "<html><title>Welcome to the hotel</title></html>";
    const portal = await listenLocally(
      createHttpServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(page)),
    );
    try {
      const { exitCode, failed } = await diagnose({ UP42_API_URL: portal.url });
      expect({ exitCode, failed }).toEqual({
        exitCode: 2,
        failed: [expect.stringMatching(/^answers: .*web page.*sign-in page of the network.*\. \w/)],
      });
    } finally {
      await portal.close();
    }
  });

  test("a proxy that refuses", async () => {
    const server = createHttpServer();
    server.on("connect", (_, socket) => socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));
    const proxy = await listenLocally(server);
    try {
      const HTTPS_PROXY = proxy.url.replace("http://", `http://user:${encodeURIComponent(token)}@`);
      // UP42's own address, which only the proxy could reach.
      const { exitCode, checks, failed } = await diagnose({ UP42_API_URL: "", HTTPS_PROXY });
      expect({ exitCode, failed }).toEqual({
        exitCode: 2,
        failed: [expect.stringMatching(/^proxy: .*403.*\. Check HTTPS_PROXY, or list .* in NO_PROXY/)],
      });
      const others = checks.filter(({ result }) => result === "ok").map(({ name }) => name);
      expect(others).toEqual(["settings", "signature"]);
    } finally {
      await proxy.close();
    }
  });

  test("TLS that is intercepted", async () => {
    const server = createHttpsServer(SELF_SIGNED, (_, response) => response.end());
    const { url, close } = await listenLocally(server);
    try {
      const { exitCode, failed } = await diagnose({ UP42_API_URL: url.replace("http:", "https:") });
      expect({ exitCode, failed }).toEqual({
        exitCode: 2,
        failed: [expect.stringMatching(/^TLS: .*certificate is not trusted.*NODE_EXTRA_CA_CERTS/)],
      });
    } finally {
      await close();
    }
  });

  test("a clock that is wrong", async () => {
    const proxy = await startProxy(emulator.url);
    const date = new Date(Date.now() + 90_000).toUTCString();
    const answer = { status: 200, body: '{"data":[],"error":null}', headers: { date } };
    proxy.intercept(({ path }) => (path.startsWith("/workspaces/") ? { answer } : undefined));
    try {
      const { exitCode, checks } = await diagnose({ UP42_API_URL: proxy.url });
      const clock = checks.find(({ name }) => name === "clock");
      expect({ exitCode, clock }).toMatchObject({
        exitCode: 0,
        clock: {
          result: "warning",
          text: expect.stringMatching(/^This machine's clock is \d+ s behind UP42's.*NTP\.$/),
        },
      });
    } finally {
      await proxy.close();
    }
  });
});

test("the signature round trip verifies what is signed well, and refuses what is forged", () => {
  expect(signatureRoundTrip()).toEqual({
    result: "ok",
    text: "a signed notification is verified, a forged one refused",
  });
});
