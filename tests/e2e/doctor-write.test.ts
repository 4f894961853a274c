import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";
import { DEMO_ACCOUNT, type Emulator, type EmulatorOptions, startEmulator } from "up42-emulator";
import * as v from "valibot";
import { startCommand } from "../../tools/process.mjs";
import { type PassingRequest, startProxy, type Verdict } from "../support/broken-proxy";
import { SELF_SIGNED } from "../support/certificates";
import { freePorts } from "../support/listen";
import { WORKSPACE } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { runUp42 } from "../support/up42-command";

const password = canary("password");
const account = { ...DEMO_ACCOUNT, password };

const Report = v.object({
  facts: v.array(v.object({ verdict: v.string(), statement: v.string() })),
});

const environment = (url: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  UP42_API_URL: url,
  UP42_USERNAME: account.username,
  UP42_PASSWORD: password,
});

/** What an emulator, or what stands before it, does that up42-emulator does not do by default. */
interface Deviation {
  readonly options?: EmulatorOptions;
  readonly intercept?: (request: PassingRequest) => Verdict;
}

async function withServer<T>(
  { options, intercept }: Deviation,
  use: (url: string, emulator: Emulator) => Promise<T>,
): Promise<T> {
  const emulator = await startEmulator({ accounts: [account], ...options });
  const proxy = await startProxy(emulator.url);
  if (intercept !== undefined) {
    proxy.intercept(intercept);
  }
  try {
    return await use(intercept === undefined ? emulator.url : proxy.url, emulator);
  } finally {
    await proxy.close();
    await emulator.close();
  }
}

/** Runs `doctor --write --json`, and gives the statements by what became of them. */
async function tryFacts(deviation: Deviation, env: NodeJS.ProcessEnv = {}) {
  return await withServer(deviation, async (url, emulator) => {
    const options = { cwd: tmpdir(), env: { ...environment(url), ...env } };
    const { exitCode, stdout, stderr } = await runUp42(["doctor", "--write", "--json"], options);
    expectNoCanaries([password], { stdout, stderr });
    expect({ stderr, left: emulator.webhooks() }).toEqual({ stderr: "", left: [] });
    const { facts } = v.parse(Report, JSON.parse(stdout));
    const statements = (verdict: string) =>
      facts.filter((fact) => fact.verdict === verdict).map(({ statement }) => statement);
    return {
      exitCode,
      confirmed: statements("confirmed"),
      different: statements("different"),
      notTried: statements("not tried"),
    };
  });
}

const PROJECT_LOGIN = "A login at /oauth/token gives a token, and no key named error";
const RATE = "100 requests a second are answered, bursts to 500";

test("against the emulator, every fact that can be tried is confirmed", async () => {
  const { exitCode, confirmed, different, notTried } = await tryFacts({});
  const expected = { exitCode: 0, different: [], notTried: [PROJECT_LOGIN, RATE] };
  expect({ exitCode, different, notTried }).toEqual(expected);
  expect(confirmed.length).toBeGreaterThan(50);
  expect(new Set(confirmed).size).toBe(confirmed.length);
});

test("with a project's key, the older login is tried", async () => {
  const { projectId, projectApiKey, workspaceId } = account;
  const env = {
    UP42_USERNAME: "",
    UP42_PASSWORD: "",
    UP42_PROJECT_ID: projectId,
    UP42_PROJECT_API_KEY: projectApiKey,
    UP42_WORKSPACE_ID: workspaceId,
  };
  const { exitCode, confirmed, different } = await tryFacts({}, env);
  expect({ exitCode, different }).toEqual({ exitCode: 0, different: [] });
  expect(confirmed).toContain(PROJECT_LOGIN);
});

const IN_CLEAR = ["by the create", "when it is read", "in the list"].map(
  (when) => `A secret is shown in clear ${when}`,
);
const WHOLE = "A create answers the whole webhook";
const NONE = '"secret": null means none, and comes back as ""';

/** Writes another text where an answer about webhooks has this one. */
const respelled =
  (method: string, pattern: RegExp, text: string) =>
  (request: PassingRequest): Verdict =>
    request.method === method && /\/webhooks(\/|$)/.test(request.path)
      ? { respell: (body) => body.replace(pattern, text) }
      : undefined;

/** Carries the request out, and says nothing of it. */
const answered =
  (method: string, status: number) =>
  (request: PassingRequest): Verdict =>
    request.method === method ? { afterCommit: { status, body: '{"data":null,"error":null}' } } : undefined;

const ONE_EVENT = {
  name: "order.status",
  title: "Orders",
  category: "order",
  description: "",
  documentation: "",
};

test.each<[string, Deviation, readonly string[]]>([
  ["masked secrets", { options: { secretVisibility: "masked" } }, IN_CLEAR],
  ["empty secrets", { options: { secretVisibility: "empty" } }, IN_CLEAR],
  ["secrets left out", { options: { secretVisibility: "omitted" } }, [WHOLE, ...IN_CLEAR, NONE]],
  ["200 for a delete", { options: { deleteStatus: 200 } }, ["A delete is answered with 204 and no body"]],
  [
    "userinfo without a scope",
    { options: { userinfoScope: "none" } },
    ["A token without the scope openid is refused at userinfo with 403"],
  ],
  ["URLs that are unique", { options: { uniqueUrls: true } }, ["Two webhooks can have the same URL"]],
  [
    "unknown fields refused",
    { options: { unknownFields: "refuse" } },
    ["Fields that UP42 does not document are ignored"],
  ],
  [
    "problems instead of errors",
    { options: { errorFormat: "problem" } },
    ['A refusal is {"data": null, "error": {"code", "message", …}}'],
  ],
  ["tokens that live longer", { options: { tokenLifetimeSeconds: 600 } }, ["An access token lives 300 s"]],
  [
    "a signature without a digest",
    { options: { signedHeaders: ["date"] } },
    ["A signature covers host, date, content-type, digest", "A signature covers a digest of the body"],
  ],
  ["one event", { options: { events: [ONE_EVENT] } }, ["job.status is still an event"]],
  [
    "names that are cut",
    { intercept: respelled("POST", /("name":"pulumi-up42 doctor [^"]*)[^"]"/, '$1"') },
    ["The name comes back as it was sent"],
  ],
  [
    "active by default",
    { intercept: respelled("POST", /"active":false/, '"active":true') },
    ["A webhook is inactive by default"],
  ],
  [
    "times without fractions",
    { intercept: respelled("POST", /("createdAt":"[^".]+)[^"]*"/, '$1Z"') },
    ["Times are ISO 8601 with microseconds", "An edit leaves createdAt as it was"],
  ],
  [
    "one event more than was sent",
    { intercept: respelled("POST", /"events":\["job.status"/, '"events":["other.status","job.status"') },
    ["The events come back as they were sent"],
  ],
  [
    "edits that answer nothing",
    { intercept: answered("PUT", 202) },
    [
      "An edit answers the webhook as it is then",
      "An edit leaves createdAt as it was",
      "Every edit moves updatedAt",
    ],
  ],
])("%s: each fact that is different is named, and no other", async (_, deviation, statements) => {
  const { exitCode, different } = await tryFacts(deviation);
  expect({ exitCode, different }).toEqual({ exitCode: 1, different: statements });
});

describe("an API that is not on this machine", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-up42-doctor-"));
    await writeFile(join(folder, "ca.pem"), SELF_SIGNED.cert);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Behind TLS, an emulator looks like UP42. */
  const behindTls = async (...args: readonly string[]) =>
    await withServer({}, async (url, emulator) => {
      // It sends each request to the emulator as its own, by a host name that the emulator answers to.
      const proxy = await startProxy(url);
      const { port } = new URL(proxy.url);
      const server = createTlsServer(SELF_SIGNED, (socket) => {
        const plain = connect(Number(port), "127.0.0.1");
        socket.pipe(plain).pipe(socket);
        // Either side may go away first.
        for (const one of [socket, plain]) {
          one.on("error", () => one.destroy());
        }
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const tlsUrl = `https://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
      const ca = { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"), UP42_AUTH_URL: tlsUrl };
      const env = { ...environment(tlsUrl), ...ca };
      try {
        const result = await runUp42(["doctor", "--write", "--json", ...args], { cwd: tmpdir(), env });
        expect(emulator.webhooks()).toEqual([]);
        const { facts } = v.parse(Report, JSON.parse(result.stdout));
        return { exitCode: result.exitCode, facts };
      } finally {
        server.close();
        await proxy.close();
      }
    });

  test("cannot reach this machine, so notifications are not tried, and that is said", async () => {
    const { facts } = await behindTls();
    const notTried = facts.filter(({ verdict }) => verdict === "not tried").map(({ statement }) => statement);
    expect(notTried).toEqual([
      PROJECT_LOGIN,
      "A test sends one POST per event",
      "A notification is signed, and this package verifies it",
      'A test\'s notification has "liveMode": false',
      "A signature covers host, date, content-type, digest",
      "A signature covers a digest of the body",
      RATE,
    ]);
  });

  test("reaches it by an address that leads here", async () => {
    const [port] = await freePorts(1);
    const { exitCode, facts } = await behindTls(
      ...["--receiver", `http://127.0.0.1:${port}/hook`, "--port", String(port)],
    );
    expect({ exitCode, different: facts.filter(({ verdict }) => verdict === "different") }).toEqual({
      exitCode: 0,
      different: [],
    });
    const confirmed = facts
      .filter(({ verdict }) => verdict === "confirmed")
      .map(({ statement }) => statement);
    expect(confirmed).toContain("A notification is signed, and this package verifies it");
  });
});

describe("however it ends, nothing is left behind", () => {
  test("when the answer to a create is lost", async () => {
    const fault = { operation: "createWebhook", lostAnswer: true, skip: 1 } as const;
    await withServer({ options: { faults: [fault] } }, async (url, emulator) => {
      const { exitCode, stderr } = await runUp42(["doctor", "--write"], {
        cwd: tmpdir(),
        env: environment(url),
      });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^Failed to try UP42's API: POST .* failed: .*Check the network/);
      const created = emulator.requests.filter(
        ({ method, path }) => method === "POST" && /webhooks$/.test(path),
      );
      expect(created).toHaveLength(2);
      expect(emulator.webhooks()).toEqual([]);
    });
  });

  test("when Ctrl-C ends it", async () => {
    await withServer({ options: { latencyMs: 100 } }, async (url, emulator) => {
      const command = join(WORKSPACE, "node_modules", ".bin", "pulumi-up42");
      const running = startCommand(command, ["doctor", "--write"], { cwd: tmpdir(), env: environment(url) });
      while (emulator.webhooks().length === 0) {
        await delay(10);
      }
      running.kill("SIGINT");
      const { exitCode, stderr } = await running.result;
      expect(exitCode).toBe(2);
      expect(stderr).toBe("Stopped by SIGINT; the temporary webhooks are removed.\n");
      expect(emulator.webhooks()).toEqual([]);
    });
  });

  test("but what UP42 does not delete, and then it says so", async () => {
    const intercept = ({ method }: PassingRequest): Verdict =>
      method === "DELETE" ? { answer: { status: 200, body: '{"data":null,"error":null}' } } : undefined;
    await withServer({ intercept }, async (url, emulator) => {
      const { exitCode, stderr } = await runUp42(["doctor", "--write"], {
        cwd: tmpdir(),
        env: environment(url),
      });
      const left = emulator.webhooks();
      expect({ exitCode, active: left.filter(({ active }) => active) }).toEqual({ exitCode: 2, active: [] });
      expect(left.length).toBeGreaterThan(0);
      expect(stderr).toMatch(
        /^Failed to remove the temporary webhooks named "pulumi-up42 doctor [^"]+": \d of them are still there\. Delete/,
      );
    });
  });

  test("of an earlier run that was killed, and webhooks of others stay", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-doctor-"));
    const webhook = {
      workspaceId: account.workspaceId,
      url: "https://example.com/",
      events: ["order.status"],
      secret: "",
      active: false,
      createdAt: "2026-01-01T00:00:00.000000Z",
      updatedAt: "2026-01-01T00:00:00.000000Z",
    };
    const mark = "pulumi-up42 doctor 9b2a6f5e-0000-4000-8000-000000000000";
    const names = [mark, `${mark} edited`, "pulumi-up42 doctor", "orders"];
    const webhooks = names.map((name, index) => ({
      ...webhook,
      name,
      id: `00000000-0000-4000-8000-00000000000${index}`,
    }));
    const dataFile = join(folder, "webhooks.json");
    try {
      await writeFile(dataFile, JSON.stringify({ version: 1, webhooks }));
      await withServer({ options: { dataFile } }, async (url, emulator) => {
        const { exitCode, stdout } = await runUp42(["doctor", "--write"], {
          cwd: tmpdir(),
          env: environment(url),
        });
        expect(exitCode).toBe(0);
        expect(stdout).toContain("Removed 2 temporary webhooks that an interrupted run had left behind.");
        expect(emulator.webhooks().map(({ name }) => name)).toEqual(["pulumi-up42 doctor", "orders"]);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test("a port that is in use is named before anything is created", async () => {
  await withServer({}, async (url, emulator) => {
    const args = ["doctor", "--write", "--port", new URL(url).port];
    const { exitCode, stderr } = await runUp42(args, { cwd: tmpdir(), env: environment(url) });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^Failed to listen on port \d+: EADDRINUSE\. Choose another port with --port\./);
    expect(
      emulator.requests.filter(({ method, path }) => method === "POST" && /webhooks$/.test(path)),
    ).toEqual([]);
  });
});
