import { ConfigError } from "../errors";
import { hostOf } from "../hosts";
import { bypassesProxy } from "./no-proxy";

/** A proxy on the way to UP42. */
export interface HttpProxy {
  /** The variable that names it. */
  readonly variable: string;
  /** Whether the connection to the proxy itself is TLS. */
  readonly isSecure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`, if the proxy's address has credentials. */
  readonly authorization: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** As in curl, the lower-case name goes first; `HTTP_PROXY`, which curl leaves out, is what most others read. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  "http:": ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
  "https:": ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
};
const NO_PROXY_VARIABLES = ["no_proxy", "NO_PROXY"];

/** curl's, where the address names no port. */
const DEFAULT_PORTS = { http: 1080, https: 443 };

/** The scheme, what stands before the last `@`, the host with its port, and a path, which means nothing. */
const ADDRESS =
  /^(?:([a-z][a-z0-9+.-]*):\/\/|(?![a-z0-9+.-]*:\/\/))(?:(.*)@)?((?:\[[^\]]*\]|[^\s:/?#@[\]]+)(?::\d*)?)(?:[/?#].*)?$/is;

/**
 * The proxy that a request to this URL goes through, if any.
 * @throws ConfigError when the variable that names it cannot be used.
 */
export function proxyFor(url: URL, environment: Environment = process.env): HttpProxy | undefined {
  const found = firstOf(VARIABLES[url.protocol] ?? [], environment);
  if (found === undefined) {
    return undefined;
  }
  const exceptions = firstOf(NO_PROXY_VARIABLES, environment)?.value ?? "";
  return bypassesProxy(url, exceptions) ? undefined : parseProxy(found);
}

/** What must not show up in a message: the passwords in the proxies' addresses, as they are written and as they are sent. */
export function proxySecrets(environment: Environment = process.env): readonly string[] {
  const names = [...new Set(Object.values(VARIABLES).flat())];
  return names.flatMap((name) => {
    const [, , userinfo = ""] = ADDRESS.exec(environment[name]?.trim() ?? "") ?? [];
    const [, password] = splitAtColon(userinfo);
    return password === "" ? [] : [password, Buffer.from(decoded(password), "latin1").toString()];
  });
}

/** For messages: the address without its credentials, and where it comes from. */
export function spellProxy({ hostname, port, variable }: HttpProxy): string {
  return `the proxy ${hostname.includes(":") ? `[${hostname}]` : hostname}:${port} (${variable})`;
}

interface Found {
  readonly name: string;
  readonly value: string;
}

/** An empty variable counts as not set. */
function firstOf(names: readonly string[], environment: Environment): Found | undefined {
  return names
    .map((name) => ({ name, value: environment[name]?.trim() ?? "" }))
    .find(({ value }) => value !== "");
}

function parseProxy({ name, value }: Found): HttpProxy {
  const [, scheme = "http", userinfo = "", authority = ""] = ADDRESS.exec(value) ?? [];
  const protocol = scheme.toLowerCase();
  if (authority === "" || !URL.canParse(`http://${authority}`)) {
    throw new ConfigError(
      `${name} is not the address of a proxy; write it like http://proxy.example.com:3128, with user:password@ before ` +
        "the host if the proxy wants them",
    );
  }
  if (protocol !== "http" && protocol !== "https") {
    throw new ConfigError(
      `${name} names a proxy of the kind "${protocol}"; use one with http:// or https://, or list UP42's ` +
        "hosts in NO_PROXY",
    );
  }
  const { hostname, port } = new URL(`x://${authority}`);
  return {
    variable: name,
    isSecure: protocol === "https",
    hostname: hostOf(new URL(`http://${hostname}`)),
    port: port === "" ? DEFAULT_PORTS[protocol] : Number(port),
    authorization: userinfo === "" ? undefined : basic(userinfo),
  };
}

function basic(userinfo: string): string {
  const credentials = splitAtColon(userinfo).map(decoded).join(":");
  return `Basic ${Buffer.from(credentials, "latin1").toString("base64")}`;
}

function splitAtColon(userinfo: string): readonly [string, string] {
  const colon = userinfo.indexOf(":");
  return colon < 0 ? [userinfo, ""] : [userinfo.slice(0, colon), userinfo.slice(colon + 1)];
}

/** The bytes, one per character. A `%` without two hexadecimal digits after it stands for itself. */
function decoded(text: string): string {
  return Buffer.from(text)
    .toString("latin1")
    .replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
