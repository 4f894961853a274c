import { getProxyForUrl } from "proxy-from-env";

/** Which way requests take: through a proxy, whose credentials are not shown, or straight. */
export function describeWay(urls: readonly string[]): string {
  const hosts = [...new Map(urls.map((url) => [new URL(url).host, getProxyForUrl(url)]))];
  return hosts
    .map(([host, proxy]) => (proxy === "" ? `none for ${host}` : `${withoutCredentials(proxy)} for ${host}`))
    .join(", ");
}

function withoutCredentials(proxy: string): string {
  return URL.canParse(proxy) ? new URL(proxy).host : "one";
}
