/** Whether a host name, as `URL` gives it, is this machine's own. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Whether a host name, as `URL` gives it, is an address and not a name. */
export function isAddress(hostname: string): boolean {
  return /^(\d+(\.\d+){3}|\[.*\])$/.test(hostname);
}

/**
 * Whether a host name is among those that an option names.
 *
 * @param hostname As `URL` gives it.
 * @param patterns Names or addresses; `.example.com` stands for a domain and its subdomains, `*` for every name.
 */
export function isListed(hostname: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const name = pattern.toLowerCase();
    if (name.startsWith(".")) {
      return hostname === name.slice(1) || hostname.endsWith(name);
    }
    return name === "*" || name === hostname || `[${name}]` === hostname;
  });
}
