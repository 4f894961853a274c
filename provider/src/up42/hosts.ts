import { BlockList, isIP } from "node:net";

/** Whether an address stays on this machine, so that it needs no TLS. */
export function isLoopback(url: URL): boolean {
  const host = hostOf(url);
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/** Names that no public DNS has: of containers, home and company networks, clusters, and tests. */
const PRIVATE_DOMAIN = /\.(internal|local|localdomain|lan|home\.arpa|svc|test)$/;

/** IANA's special-purpose addresses: private, shared, link-local, and IPv6's unique local. */
const PRIVATE_RANGES = [
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
] as const;

/** Whether an address is of this machine or of a private network, as a container's name is. */
export function isPrivate(url: URL): boolean {
  const host = hostOf(url);
  const version = isIP(host);
  if (isLoopback(url)) {
    return true;
  }
  return version === 0
    ? !host.includes(".") || PRIVATE_DOMAIN.test(host)
    : privateRanges().check(host, version === 4 ? "ipv4" : "ipv6");
}

function privateRanges(): BlockList {
  const ranges = new BlockList();
  for (const [network, prefix, family] of PRIVATE_RANGES) {
    ranges.addSubnet(network, prefix, family);
  }
  return ranges;
}

/** A URL's host as sockets want it: without the brackets of an IPv6 address, and without a dot at the end. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
