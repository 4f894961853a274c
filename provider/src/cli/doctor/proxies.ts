import { proxyFor, spellProxy } from "../../up42/proxy/proxy";

/**
 * Which way requests take: through a proxy, whose credentials are not shown, or straight.
 * @throws ConfigError when the variable that names the proxy cannot be used.
 */
export function describeWay(urls: readonly string[]): string {
  const ways = new Map(
    urls.map((text) => {
      const url = new URL(text);
      const proxy = proxyFor(url);
      return [url.host, proxy === undefined ? "directly" : `by way of ${spellProxy(proxy)}`];
    }),
  );
  return [...ways].map(([host, way]) => `${host} ${way}`).join(", ");
}
