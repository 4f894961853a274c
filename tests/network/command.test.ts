import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { INSPECTION_CA } from "../support/certificates";
import { type ProxyOptions, type ProxyProcess, startProxyProcess } from "../support/proxy-process";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { canary, expectNoCanaries } from "../support/secrets";
import { type ForeignAnswer, type Front, startFront } from "../support/tls-front";
import { loginAs } from "../support/up42-account";
import { runUp42 } from "../support/up42-command";

// The command as a user runs it, with the network that people have: UP42 is api.up42.example and auth.up42.example,
// which only proxies find.

const account = { ...DEMO_ACCOUNT, password: canary("password") };
const proxies: ProxyProcess[] = [];
let emulator: Emulator;
let receiver: TestReceiver;
let front: Front;
let folder: string;

beforeAll(async () => {
  [emulator, receiver] = await Promise.all([
    startEmulator({ accounts: [account], allowedHosts: ["emulator"] }),
    startReceiver(),
  ]);
  front = await startFront(emulator.url);
  folder = await mkdtemp(join(tmpdir(), "pulumi-up42-test-"));
  await writeFile(join(folder, "ca.pem"), INSPECTION_CA);
  const other = await loginAs(emulator, account);
  await other.create({ name: "orders", url: receiver.url, events: ["order.status"], active: true });
});
afterEach(async () => {
  front.intercept(/$^/, undefined);
  await Promise.all(proxies.splice(0).map(async (proxy) => await proxy.stop()));
});
afterAll(async () => {
  await Promise.all([emulator?.close(), receiver?.close(), front?.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function startProxy(options: ProxyOptions): Promise<ProxyProcess> {
  const hosts = { "api.up42.example": front.port, "auth.up42.example": front.port };
  const proxy = await startProxyProcess({ ports: hosts, ...options });
  proxies.push(proxy);
  return proxy;
}

/** Runs `pulumi-up42 test --all`, which logs in, lists and tests. */
async function testAll(env: NodeJS.ProcessEnv) {
  const result = await runUp42(["test", "--all", "--timeout", "1"], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      UP42_USERNAME: account.username,
      UP42_PASSWORD: account.password,
      UP42_API_URL: "https://api.up42.example",
      UP42_AUTH_URL: "https://auth.up42.example",
      UP42_TIMEOUT_SECONDS: "60",
      UP42_MAX_RETRIES: "1",
      NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
      ...env,
    },
  });
  const { stdout, stderr } = result;
  expectNoCanaries([account.password], { stdout, stderr });
  expect(stderr).not.toMatch(/^\s+at |^node:|Unhandled/m);
  return result;
}

describe("through a proxy", () => {
  test.each<[string, ProxyOptions, (address: string) => string]>([
    ["http://", { kind: "forward" }, (address) => `http://${address}`],
    ["no scheme", { kind: "forward" }, (address) => address],
    ["https://", { kind: "forward", secure: true }, (address) => `https://${address}`],
  ])("with %s in its address", async (_, options, addressOf) => {
    const proxy = await startProxy(options);
    const { exitCode, stdout } = await testAll({ HTTPS_PROXY: addressOf(proxy.address) });
    expect(stdout).toContain("1 of 1 tests succeeded");
    expect(exitCode).toBe(0);
    const tunnels = (await proxy.requests()).map(({ method, target }) => `${method} ${target}`);
    // A connection is used again for the list; a token and a test have one of their own.
    expect(tunnels.sort()).toEqual([
      "CONNECT api.up42.example:443",
      "CONNECT api.up42.example:443",
      "CONNECT auth.up42.example:443",
      "CONNECT auth.up42.example:443",
    ]);
  });

  test("that wants a password with %, /, #, ? and @ in it", async () => {
    const proxy = await startProxy({ kind: "forward" });
    const { exitCode } = await testAll({ https_proxy: `http://me:50%/#?@é@${proxy.address}` });
    expect(exitCode).toBe(0);
    const sent = (await proxy.requests()).map(({ proxyAuthorization }) => proxyAuthorization);
    expect(new Set(sent)).toEqual(new Set([`Basic ${Buffer.from("me:50%/#?@é").toString("base64")}`]));
  });

  test("that passes plain requests on, for a private host", async () => {
    const proxy = await startProxy({
      kind: "forward",
      ports: { emulator: Number(new URL(emulator.url).port) },
    });
    const { exitCode } = await testAll({
      UP42_API_URL: "http://emulator",
      UP42_AUTH_URL: undefined,
      UP42_ALLOW_HTTP: "true",
      HTTP_PROXY: `http://me:pw@${proxy.address}`,
    });
    expect(exitCode).toBe(0);
    expect(await proxy.requests()).toContainEqual({
      method: "POST",
      target: "http://emulator/realms/public/protocol/openid-connect/token",
      authorization: "",
      proxyAuthorization: `Basic ${btoa("me:pw")}`,
    });
  });
});

describe("a proxy is left out", () => {
  test("for this machine, so that no password is sent to it in clear", async () => {
    const proxy = await startProxy({ kind: "forward" });
    const env = { UP42_API_URL: emulator.url, UP42_AUTH_URL: undefined, HTTP_PROXY: proxy.address };
    expect((await testAll({ ...env, ALL_PROXY: proxy.address })).exitCode).toBe(0);
    expect(await proxy.requests()).toEqual([]);
    expect((await testAll({ ...env, NO_PROXY: "<-loopback>" })).exitCode).toBe(0);
    expect(await proxy.requests()).not.toEqual([]);
  });

  test("for what NO_PROXY names", async () => {
    const proxy = await startProxy({ kind: "forward" });
    const url = front.url.replace("127.0.0.1", "localhost");
    const env = { UP42_API_URL: url, UP42_AUTH_URL: url, HTTPS_PROXY: proxy.address };
    expect((await testAll({ ...env, NO_PROXY: "<-loopback>,localhost" })).exitCode).toBe(0);
    expect(await proxy.requests()).toEqual([]);
  });
});

const refusal = (status: string, ...headers: readonly string[]) => [
  `HTTP/1.1 ${status}\r\n`,
  ...headers.map((header) => `${header}\r\n`),
  "Content-Length: 6\r\n",
  "\r\n",
  "<html>",
];

describe("a proxy that does not let UP42's requests through is named, with its variable and the reason:", () => {
  test.each<[string, ProxyOptions, (address: string) => string, RegExp]>([
    [
      "it closes the connection in the TLS handshake",
      { kind: "close" },
      (address) => `https://${address}`,
      /it closed the connection instead of answering \(ECONNRESET\) .*Check HTTPS_PROXY, or list auth.up42.example in NO_PROXY/,
    ],
    [
      "it closes the connection",
      { kind: "close" },
      (address) => `http://${address}`,
      /it closed the connection instead of answering \(ECONNRESET\)/,
    ],
    ["it is silent", { kind: "silent" }, (address) => `http://${address}`, /it did not answer within 1 s/],
    [
      "it is silent where TLS is due",
      { kind: "silent" },
      (address) => `https://${address}`,
      /it did not answer within 1 s/,
    ],
    [
      "403 in several packets",
      { kind: "answer", pieces: refusal("403 Blocked by policy") },
      (address) => address,
      /it answered HTTP 403 \(Blocked by policy\)\. Check HTTPS_PROXY/,
    ],
    [
      "407 in several packets",
      {
        kind: "answer",
        pieces: refusal("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="x"'),
      },
      (address) => address,
      /it answered HTTP 407 \(Proxy Authentication Required\)\. Put the proxy's credentials into HTTPS_PROXY/,
    ],
    [
      "407 to credentials",
      { kind: "answer", pieces: refusal("407 No canary-proxy-password") },
      (address) => `http://me:canary-proxy-password@${address}`,
      /it answered HTTP 407 \(No \[secret\]\)\. Correct the proxy's credentials in HTTPS_PROXY/,
    ],
    [
      "503 in several packets, by TLS",
      { kind: "answer", secure: true, pieces: refusal("503 Service Unavailable") },
      (address) => `https://${address}`,
      /it answered HTTP 503 \(Service Unavailable\) \(gave up after 2 tries\)/,
    ],
    [
      "it speaks no HTTP",
      { kind: "answer", pieces: ["220 mail ESMTP\r\n"] },
      (address) => address,
      /it does not speak HTTP \(HPE_INVALID_CONSTANT\) .*Check HTTPS_PROXY: its address may have to start with https:\/\//,
    ],
    [
      "it speaks no TLS",
      { kind: "forward" },
      (address) => `https://${address}`,
      /it does not speak TLS \(.*\) .*Check HTTPS_PROXY: its address may have to start with http:\/\//,
    ],
    ["nobody is there", { kind: "silent" }, () => "127.0.0.1:9", /it cannot be reached \(ECONNREFUSED\)/],
  ])("%s", async (_, options, addressOf, reason) => {
    const proxy = await startProxy(options);
    const address = addressOf(proxy.address);
    const patience = options.kind === "silent" ? { UP42_TIMEOUT_SECONDS: "4" } : {};
    const { exitCode, stderr } = await testAll({ HTTPS_PROXY: address, ...patience });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^Failed to .* failed at the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\): it /m);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toContain("canary-proxy-password");
    expect(stderr).not.toContain("refused the username and password");
  });

  test("its certificate is of an authority that is not trusted", async () => {
    const proxy = await startProxy({ kind: "forward", secure: true });
    const { exitCode, stderr } = await testAll({
      HTTPS_PROXY: `https://${proxy.address}`,
      NODE_EXTRA_CA_CERTS: undefined,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /at the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\): it has a TLS certificate that is not trusted \(.*; "Example Corp TLS Inspection" issued it\)/,
    );
  });

  test.each(["socks5://127.0.0.1:1080", "http://", "me:canary-proxy-password@:3128"])(
    "%s is not the address of one",
    async (address) => {
      const { exitCode, stderr } = await testAll({ all_proxy: address });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(
        /^Failed to .*: all_proxy (names a proxy of the kind|is not the address of a proxy)/m,
      );
      expect(stderr).not.toContain("canary-proxy-password");
    },
  );
});

const page = { "content-type": "text/html" };
const PORTAL = "<!doctype html><html><title>Welcome to Hotel Wi-Fi</title></html>";

describe("what is not UP42 is named as that, with the proxy on the way, and blames no credentials:", () => {
  test.each<[string, RegExp, ForeignAnswer, RegExp]>([
    [
      "a page with 200 for a token",
      /token$/,
      { status: 200, headers: page, body: PORTAL },
      /a web page came back/,
    ],
    [
      "a page with 401 for a token",
      /token$/,
      { status: 401, headers: page, body: PORTAL },
      /HTTP 401: a web page titled "Welcome to Hotel Wi-Fi"/,
    ],
    [
      "a page with 403 for a token",
      /token$/,
      { status: 403, headers: page, body: PORTAL },
      /HTTP 403: a web page titled/,
    ],
    [
      "a page with 503 for a token",
      /token$/,
      { status: 503, headers: page, body: PORTAL },
      /HTTP 503: a web page titled/,
    ],
    [
      "a redirect to a portal",
      /token$/,
      { status: 302, headers: { location: "https://portal.example/login?session=canary-session" }, body: "" },
      /HTTP 302: a redirect to portal\.example, not an answer/,
    ],
    [
      "the network's own status",
      /token$/,
      { status: 511, body: "" },
      /HTTP 511: Network Authentication Required/,
    ],
    [
      "a page with 401 for the API",
      /webhooks$/,
      { status: 401, headers: page, body: PORTAL },
      /HTTP 401: a web page titled/,
    ],
    [
      "a page with 403 for the API",
      /webhooks$/,
      { status: 403, headers: page, body: PORTAL },
      /HTTP 403: a web page titled/,
    ],
    [
      "a page with 200 for the API",
      /webhooks$/,
      { status: 200, headers: page, body: PORTAL },
      /a web page came back/,
    ],
  ])("%s", async (_, path, answer, reason) => {
    front.intercept(path, answer);
    const proxy = await startProxy({ kind: "forward" });
    const { exitCode, stderr } = await testAll({ HTTPS_PROXY: proxy.address });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(reason);
    expect(stderr).toMatch(/by way of the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\)\)/);
    expect(stderr).toContain("Check what is in between (a proxy, a firewall, the network's sign-in page)");
    expect(stderr).not.toMatch(/refused the|does not accept|canary-session/);
  });

  test("JSON of a gateway for a token", async () => {
    front.intercept(/token$/, { status: 403, body: '{"error":"Forbidden"}' });
    const proxy = await startProxy({ kind: "forward" });
    const { stderr } = await testAll({ HTTPS_PROXY: proxy.address });
    expect(stderr).toMatch(/UP42 answered HTTP 403: Forbidden/);
    expect(stderr).not.toContain("refused the username and password");
  });
});

test("a certificate of an authority that is not trusted is named with its issuer, by a proxy or without", async () => {
  const proxy = await startProxy({ kind: "forward" });
  const issued =
    /the server's TLS certificate is not trusted \(.*; "Example Corp TLS Inspection" issued it\)/;
  const before = front.count();
  const untrusting = { NODE_EXTRA_CA_CERTS: undefined };
  const byProxy = await testAll({ ...untrusting, HTTPS_PROXY: proxy.address });
  expect(byProxy.stderr).toMatch(issued);
  expect(byProxy.stderr).toMatch(/failed by way of the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\): /);
  expect(byProxy.stderr).toMatch(/If you trust who issued it, set NODE_EXTRA_CA_CERTS/);
  const direct = await testAll({ ...untrusting, UP42_API_URL: front.url, UP42_AUTH_URL: front.url });
  expect(direct.stderr).toMatch(issued);
  expect(front.count()).toBe(before);
});

describe("an authority of one's own is trusted by way of", () => {
  const file = () => join(folder, "ca.pem");
  const systemCa = process.allowedNodeEnvironmentFlags.has("--use-system-ca") ? ["--use-system-ca"] : [];

  test("NODE_EXTRA_CA_CERTS", async () => {
    const env = { UP42_API_URL: front.url, UP42_AUTH_URL: front.url };
    expect((await testAll({ ...env, NODE_EXTRA_CA_CERTS: file() })).exitCode).toBe(0);
  });

  test.each(["--use-openssl-ca", ...systemCa])("NODE_OPTIONS=%s", async (option) => {
    const env = { UP42_API_URL: front.url, UP42_AUTH_URL: front.url, NODE_EXTRA_CA_CERTS: undefined };
    const { exitCode } = await testAll({ ...env, NODE_OPTIONS: option, SSL_CERT_FILE: file() });
    expect(exitCode).toBe(0);
  });
});
