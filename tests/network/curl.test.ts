import { proxyFor } from "../../provider/src/up42/proxy/proxy";
import { createTransport } from "../../provider/src/up42/transport";
import { runCommand } from "../../tools/process.mjs";
import { type ProxyProcess, startProxyProcess } from "../support/proxy-process";

// curl is the measure: with the same variables, the same request has to reach the proxy, or none. Nobody listens at
// port 9 of this machine, where curl is led when there is no proxy; then, ours is not sent.

const SECURE = "https://api.up42.invalid:9/webhooks?a=b";
const PLAIN = "http://api.up42.invalid/webhooks?a=b";

type Variables = Readonly<Record<string, string>>;

let proxy: ProxyProcess;
const { env } = process;

beforeAll(async () => {
  proxy = await startProxyProcess({ kind: "forward" });
});
afterEach(() => {
  process.env = env;
});
afterAll(async () => {
  await proxy.stop();
});

function environmentWith(variables: Variables): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !/^(https?|all|no)_proxy$/i.test(name));
  const named = Object.entries(variables).map(([name, value]) => [
    name,
    value.replace("PROXY", proxy.address),
  ]);
  return Object.fromEntries([...others, ...named]);
}

async function requestOfCurl(variables: Variables, url: string) {
  const args = ["--silent", "--insecure", "--globoff", "--resolve", "*:9:127.0.0.1", url];
  await runCommand("curl", args, { env: environmentWith(variables) });
  return await proxy.requests();
}

async function requestOfOurs(variables: Variables, url: string) {
  process.env = environmentWith(variables);
  const request = { method: "GET", url, headers: {}, timeoutMs: 60_000 };
  // What becomes of it does not matter here: there is no such host.
  if (proxyFor(new URL(url)) !== undefined) {
    await Promise.allSettled([createTransport()(request)]);
  }
  return await proxy.requests();
}

test.each<[string, number, Variables, string]>([
  ["HTTPS_PROXY", 1, { HTTPS_PROXY: "http://PROXY" }, SECURE],
  [
    "https_proxy, which goes first",
    1,
    { https_proxy: "http://PROXY", HTTPS_PROXY: "http://127.0.0.1:9" },
    SECURE,
  ],
  ["an empty https_proxy", 1, { https_proxy: "", HTTPS_PROXY: "http://PROXY" }, SECURE],
  ["an address without a scheme", 1, { HTTPS_PROXY: "PROXY" }, SECURE],
  ["ALL_PROXY", 1, { ALL_PROXY: "http://PROXY" }, SECURE],
  [
    "HTTPS_PROXY before ALL_PROXY",
    1,
    { ALL_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://PROXY" },
    SECURE,
  ],
  ["https_proxy for http", 0, { https_proxy: "http://PROXY" }, "http://api.up42.invalid:9/"],
  ["http_proxy", 1, { http_proxy: "http://PROXY" }, PLAIN],
  ["http_proxy and a port", 1, { http_proxy: "PROXY" }, "http://api.up42.invalid:8042/"],
  ["http_proxy for https", 0, { http_proxy: "http://PROXY" }, SECURE],
  ["the default port", 1, { HTTPS_PROXY: "http://PROXY" }, "https://api.up42.invalid/"],
  ["an IPv4 address", 1, { HTTPS_PROXY: "http://PROXY" }, "https://10.0.0.1:9/"],
  ["an IPv6 address", 1, { HTTPS_PROXY: "http://PROXY" }, "https://[fd00::1]:9/"],

  ["credentials", 1, { HTTPS_PROXY: "http://me:pw@PROXY" }, SECURE],
  ["credentials without a scheme", 1, { HTTPS_PROXY: "me:pw@PROXY" }, SECURE],
  ["credentials for http", 1, { http_proxy: "http://me:pw@PROXY" }, PLAIN],
  ["a name without a password", 1, { HTTPS_PROXY: "http://me@PROXY" }, SECURE],
  ["a password without a name", 1, { HTTPS_PROXY: "http://:pw@PROXY" }, SECURE],
  ["a : in the password", 1, { HTTPS_PROXY: "http://me:p:w@PROXY" }, SECURE],
  ["a + in the password", 1, { HTTPS_PROXY: "http://me:p+w@PROXY" }, SECURE],
  ["a single % in the password", 1, { HTTPS_PROXY: "http://me:100%@PROXY" }, SECURE],
  ["a % before no number", 1, { HTTPS_PROXY: "http://me:%zz@PROXY" }, SECURE],
  ["percent-encoding", 1, { HTTPS_PROXY: "http://m%40e:%25%2F%3f%23%3a%20@PROXY" }, SECURE],
  ["letters beyond ASCII", 1, { HTTPS_PROXY: "http://mé:pä%C3%9F@PROXY" }, SECURE],

  ["the name", 0, { NO_PROXY: "api.up42.invalid" }, SECURE],
  ["the name in capitals", 0, { NO_PROXY: "API.UP42.invalid" }, SECURE],
  ["no_proxy, which goes first", 1, { no_proxy: "a.invalid", NO_PROXY: "api.up42.invalid" }, SECURE],
  ["the domain", 0, { NO_PROXY: "up42.invalid" }, SECURE],
  ["the domain with a dot", 0, { NO_PROXY: ".up42.invalid" }, SECURE],
  ["the domain with a dot, of itself", 0, { NO_PROXY: ".up42.invalid" }, "https://up42.invalid:9/"],
  ["a final dot in the list", 0, { NO_PROXY: "up42.invalid." }, SECURE],
  ["a final dot in the address", 0, { NO_PROXY: "up42.invalid" }, "https://api.up42.invalid.:9/"],
  ["the end of a name", 1, { NO_PROXY: "42.invalid" }, SECURE],
  ["a subdomain", 1, { NO_PROXY: "api.up42.invalid" }, "https://up42.invalid:9/"],
  ["*", 0, { NO_PROXY: "*" }, SECURE],
  ["a list with commas", 0, { NO_PROXY: "a.invalid,up42.invalid" }, SECURE],
  ["a list with spaces", 0, { NO_PROXY: "a.invalid up42.invalid" }, SECURE],
  ["a list with both", 0, { NO_PROXY: " a.invalid , , up42.invalid " }, SECURE],
  ["an empty list", 1, { NO_PROXY: "" }, SECURE],
  ["an IPv4 address", 0, { NO_PROXY: "10.0.0.1" }, "https://10.0.0.1:9/"],
  ["another IPv4 address", 1, { NO_PROXY: "10.0.0.1" }, "https://10.0.0.10:9/"],
  ["the end of an IPv4 address", 1, { NO_PROXY: "0.0.1" }, "https://10.0.0.1:9/"],
  ["a range", 0, { NO_PROXY: "10.0.0.0/8" }, "https://10.255.0.1:9/"],
  ["another range", 1, { NO_PROXY: "10.0.0.0/8" }, "https://11.0.0.1:9/"],
  ["a range within a byte", 0, { NO_PROXY: "192.168.4.0/22" }, "https://192.168.7.255:9/"],
  ["beside a range within a byte", 1, { NO_PROXY: "192.168.4.0/22" }, "https://192.168.8.0:9/"],
  ["no range", 1, { NO_PROXY: "10.0.0.0/33" }, "https://10.0.0.1:9/"],
  ["an IPv6 address", 0, { NO_PROXY: "fd00::1" }, "https://[fd00::1]:9/"],
  ["another IPv6 address", 1, { NO_PROXY: "fd00::2" }, "https://[fd00::1]:9/"],
])("%s: as many requests as curl sends to the proxy, and the same (%i)", async (_, count, variables, url) => {
  const isException = Object.keys(variables).every((name) => /^no_proxy$/i.test(name));
  const complete = isException ? { HTTPS_PROXY: "http://PROXY", ...variables } : variables;
  const theirs = await requestOfCurl(complete, url);
  expect(theirs).toHaveLength(count);
  expect(await requestOfOurs(complete, url)).toEqual(theirs);
});
