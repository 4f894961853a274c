import { proxyFor, proxySecrets } from "../../provider/src/up42/proxy/proxy";

const API = new URL("https://api.up42.com/webhooks");
const PROXY = { HTTPS_PROXY: "http://proxy.example:3128" };

const credentialsOf = (address: string): string | undefined => {
  const { authorization } = proxyFor(API, { HTTPS_PROXY: address }) ?? {};
  return authorization === undefined
    ? undefined
    : Buffer.from(authorization.replace("Basic ", ""), "base64").toString();
};

describe("the variable", () => {
  test.each([
    [{ HTTPS_PROXY: "a:1" }, "https://x.example/", "HTTPS_PROXY"],
    [{ HTTPS_PROXY: "a:1", https_proxy: "b:1" }, "https://x.example/", "https_proxy"],
    [{ HTTPS_PROXY: "a:1", https_proxy: "" }, "https://x.example/", "HTTPS_PROXY"],
    [{ HTTPS_PROXY: " " }, "https://x.example/", undefined],
    [{ HTTPS_PROXY: "a:1" }, "http://x.example/", undefined],
    [{ HTTP_PROXY: "a:1" }, "https://x.example/", undefined],
    [{ HTTP_PROXY: "a:1" }, "http://x.example/", "HTTP_PROXY"],
    [{ ALL_PROXY: "a:1" }, "http://x.example/", "ALL_PROXY"],
    [{ ALL_PROXY: "a:1", HTTPS_PROXY: "b:1" }, "https://x.example/", "HTTPS_PROXY"],
    [{ all_proxy: "a:1", ALL_PROXY: "b:1" }, "https://x.example/", "all_proxy"],
    [{}, "https://x.example/", undefined],
  ])("of %j for %s is %p", (environment, url, variable) => {
    expect(proxyFor(new URL(url), environment)?.variable).toBe(variable);
  });
});

describe("the address", () => {
  test.each([
    ["http://proxy.example:3128", false, "proxy.example", 3128],
    ["https://proxy.example:3128/", true, "proxy.example", 3128],
    ["HTTPS://PROXY.example:3128", true, "proxy.example", 3128],
    ["proxy.example:3128", false, "proxy.example", 3128],
    ["proxy.example", false, "proxy.example", 1080],
    ["http://proxy.example", false, "proxy.example", 1080],
    ["http://proxy.example:80", false, "proxy.example", 80],
    ["https://proxy.example", true, "proxy.example", 443],
    ["https://proxy.example:443/path?query#fragment", true, "proxy.example", 443],
    [" 10.0.0.1:8080 ", false, "10.0.0.1", 8080],
    ["http://[fd00::1]:3128", false, "fd00::1", 3128],
    ["me:pw@proxy:3128", false, "proxy", 3128],
  ])("%s", (address, isSecure, hostname, port) => {
    expect(proxyFor(API, { HTTPS_PROXY: address })).toMatchObject({ isSecure, hostname, port });
  });

  test.each([
    "http://",
    ":3128",
    "http://a b:1",
    "proxy:port",
    "proxy:70000",
    "http://[fd00:1",
    "me:canary-pw@",
  ])("%s is refused, and the error names the variable and no password", (address) => {
    const read = () => proxyFor(API, { https_proxy: address });
    expect(read).toThrow(/^https_proxy is not the address of a proxy; write it like http/);
    expect(read).not.toThrow("canary");
  });

  test.each(["socks5://proxy:1080", "ftp://proxy:21"])("%s names a kind that is not spoken", (address) => {
    expect(() => proxyFor(API, { ALL_PROXY: address })).toThrow(/^ALL_PROXY names a proxy of the kind/);
  });

  test("is not read for a host that goes without a proxy", () => {
    expect(proxyFor(API, { HTTPS_PROXY: "::", NO_PROXY: "up42.com" })).toBeUndefined();
  });
});

describe("credentials", () => {
  test.each([
    ["http://proxy:3128", undefined],
    ["http://me:pw@proxy:3128", "me:pw"],
    ["me:pw@proxy:3128", "me:pw"],
    ["http://me@proxy:3128", "me:"],
    ["http://:pw@proxy:3128", ":pw"],
    ["http://me:p:w@proxy:3128", "me:p:w"],
    ["http://me:p@w@proxy:3128", "me:p@w"],
    ["http://me:p/w@proxy:3128", "me:p/w"],
    ["http://me:p#w?x@proxy:3128", "me:p#w?x"],
    ["http://me:p w@proxy:3128", "me:p w"],
    ["http://me:100%@proxy:3128", "me:100%"],
    ["http://me:%zz%2@proxy:3128", "me:%zz%2"],
    ["http://me:%25%2F%23%3f%40%3a@proxy:3128", "me:%/#?@:"],
    ["http://DOMAIN%5Cme:pw@proxy:3128", "DOMAIN\\me:pw"],
    ["http://mé:pä%C3%9F@proxy:3128", "mé:päß"],
    ["http://me:+@proxy:3128", "me:+"],
  ])("of %s are %j", (address, credentials) => {
    expect(credentialsOf(address)).toBe(credentials);
  });

  test("are secrets as they are written and as they are sent", () => {
    expect(proxySecrets({ HTTPS_PROXY: "http://me:p%2Fw@proxy:1", all_proxy: "me:x@proxy:1" })).toEqual([
      "x",
      "x",
      "p%2Fw",
      "p/w",
    ]);
    expect(proxySecrets({ HTTPS_PROXY: "http://me@proxy:1", HTTP_PROXY: "proxy:1" })).toEqual([]);
  });
});

describe("NO_PROXY", () => {
  const goesDirectly = (url: string, list: string, environment = PROXY) =>
    proxyFor(new URL(url), { ...environment, NO_PROXY: list }) === undefined;

  test.each([
    // Names, and the domains that they belong to.
    ["api.up42.com", "https://api.up42.com/", true],
    ["API.UP42.com", "https://api.up42.com/", true],
    ["up42.com", "https://api.up42.com/", true],
    [".up42.com", "https://api.up42.com/", true],
    [".up42.com", "https://up42.com/", true],
    ["*.up42.com", "https://api.up42.com/", true],
    ["up42.com.", "https://api.up42.com/", true],
    ["up42.com", "https://api.up42.com./", true],
    ["com", "https://api.up42.com/", true],
    ["42.com", "https://api.up42.com/", false],
    ["api.up42.com", "https://up42.com/", false],
    ["up42.com", "https://notup42.com/", false],
    [".", "https://api.up42.com/", false],
    // Lists.
    ["*", "https://api.up42.com/", true],
    ["a.example,*", "https://api.up42.com/", true],
    ["a.example,up42.com", "https://api.up42.com/", true],
    ["a.example up42.com", "https://api.up42.com/", true],
    [" a.example ,, up42.com ", "https://api.up42.com/", true],
    ["a.example,b.example", "https://api.up42.com/", false],
    ["", "https://api.up42.com/", false],
    // Ports.
    ["up42.com:443", "https://api.up42.com/", true],
    ["up42.com:443", "https://api.up42.com:8443/", false],
    ["up42.com:8443", "https://api.up42.com:8443/", true],
    ["10.0.0.1:8443", "https://10.0.0.1:8443/", true],
    ["10.0.0.1:8443", "https://10.0.0.1/", false],
    ["[fd00::1]:8443", "https://[fd00::1]:8443/", true],
    ["[fd00::1]:8443", "https://[fd00::1]/", false],
    // Addresses and ranges.
    ["10.0.0.1", "https://10.0.0.1/", true],
    ["10.0.0.1", "https://10.0.0.10/", false],
    ["10.0.0.0/8", "https://10.255.0.1/", true],
    ["10.0.0.0/8", "https://11.0.0.1/", false],
    ["192.168.4.0/22", "https://192.168.7.255/", true],
    ["192.168.4.0/22", "https://192.168.8.0/", false],
    ["0.0.0.0/0", "https://10.0.0.1/", true],
    ["10.0.0.0/33", "https://10.0.0.1/", false],
    ["10.0.0.0/", "https://10.0.0.1/", false],
    ["10.0.0.0/x", "https://10.0.0.1/", false],
    ["10.0", "https://10.0.0.1/", false],
    ["0.0.1", "https://10.0.0.1/", false],
    ["fd00::1", "https://[fd00::1]/", true],
    ["[fd00::1]", "https://[fd00::1]/", true],
    ["FD00:0:0::1", "https://[fd00::1]/", true],
    ["fd00::/8", "https://[fdff::1]/", true],
    ["fd00::/8", "https://[fe80::1]/", false],
    ["10.0.0.0/8", "https://[fd00::1]/", false],
    ["10.0.0.0/8", "https://ten.example/", false],
  ])("%j: a request to %s goes without a proxy: %p", (list, url, direct) => {
    expect(goesDirectly(url, list)).toBe(direct);
  });

  test("in lower case goes first", () => {
    const environment = { ...PROXY, no_proxy: "up42.com", NO_PROXY: "a.example" };
    expect(proxyFor(API, environment)).toBeUndefined();
    expect(proxyFor(API, { ...environment, no_proxy: "" })).toBeDefined();
  });

  const everything = { HTTPS_PROXY: "proxy:1", HTTP_PROXY: "proxy:1" };

  test.each([
    "http://127.0.0.1:8042/",
    "http://127.9.9.9/",
    "http://localhost:8042/",
    "http://x.localhost/",
    "https://[::1]/",
  ])("needs no mention of this machine: %s", (url) => {
    expect(goesDirectly(url, "", everything)).toBe(true);
    expect(goesDirectly(url, "a.example,<-loopback>", everything)).toBe(false);
    expect(goesDirectly(url, "<-loopback>,*", everything)).toBe(true);
  });
});
