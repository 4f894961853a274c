import { BlockList, isIP } from "node:net";
import { hostOf, isLoopback } from "../hosts";

/** In NO_PROXY, sends requests to this machine through the proxy too: browsers have this name for it. */
const PROXY_LOOPBACK = "<-loopback>";

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * Whether NO_PROXY names the host of this URL: by its name or a domain that it belongs to, by its address or a range
 * that holds it. Beyond what curl takes, these may be: a port, brackets around an IPv6 address, `*.` before a domain,
 * and a `*` beside others. This machine needs no mention.
 */
export function bypassesProxy(url: URL, noProxy: string): boolean {
  const entries = noProxy.toLowerCase().split(/[\s,]+/);
  if (isLoopback(url) && !entries.includes(PROXY_LOOPBACK)) {
    return true;
  }
  const hostname = hostOf(url);
  const port = url.port || DEFAULT_PORTS[url.protocol];
  return entries.some((entry) => {
    if (entry === "*") {
      return true;
    }
    const [host, onlyPort = port] = splitPort(entry);
    return onlyPort === port && (isIP(hostname) > 0 ? isInRange(hostname, host) : isInDomain(hostname, host));
  });
}

/** An IPv6 address with a port needs brackets, or its end would be read as one. */
function splitPort(entry: string): readonly [string, string | undefined] {
  const [, address, addressPort] = /^\[(.+)\](?::(\d+))?$/.exec(entry) ?? [];
  if (address !== undefined) {
    return [address, addressPort];
  }
  const [, host, hostPort] = /^([^:]+):(\d+)$/.exec(entry) ?? [];
  return host === undefined ? [entry, undefined] : [host, hostPort];
}

function isInDomain(hostname: string, entry: string): boolean {
  const domain = entry.replace(/^\*?\./, "").replace(/\.$/, "");
  return domain !== "" && (hostname === domain || hostname.endsWith(`.${domain}`));
}

function isInRange(address: string, entry: string): boolean {
  const [, network = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const version = isIP(network);
  const longest = version === 4 ? 32 : 128;
  const length = prefix === undefined ? longest : Number(prefix);
  if (version !== isIP(address) || length > longest) {
    return false;
  }
  const family = version === 4 ? "ipv4" : "ipv6";
  const range = new BlockList();
  range.addSubnet(network, length, family);
  return range.check(address, family);
}
