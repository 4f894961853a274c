import { once } from "node:events";
import { isIP, type Socket } from "node:net";
import { connect, TLSSocket } from "node:tls";
import { hostOf } from "./hosts";
import { connectToProxy, openTunnel } from "./proxy/agents";
import type { HttpProxy } from "./proxy/proxy";

/**
 * Who issued the certificate that is shown for this URL, or by the proxy on the way there. That takes a connection of
 * its own, on which nothing is sent: Node.js does not say it when it refuses one.
 *
 * @returns undefined when it cannot be found out, which matters less than the refusal that it would explain.
 */
export async function issuerOf(
  url: URL,
  proxy: HttpProxy | undefined,
  ofProxy: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  let socket: Socket | undefined;
  try {
    socket = await unverified(url, proxy, ofProxy, signal);
    await once(socket, "secureConnect", { signal });
    const { issuer } = socket instanceof TLSSocket ? socket.getPeerCertificate() : {};
    const names = [issuer?.CN, issuer?.O].flat();
    return names.find((name) => name !== undefined);
  } catch {
    return undefined;
  } finally {
    socket?.destroy();
  }
}

async function unverified(
  url: URL,
  proxy: HttpProxy | undefined,
  ofProxy: boolean,
  signal: AbortSignal,
): Promise<Socket> {
  const rejectUnauthorized = false;
  if (proxy !== undefined && ofProxy) {
    return connectToProxy(proxy, { rejectUnauthorized });
  }
  const host = hostOf(url);
  const port = Number(url.port || 443);
  const way =
    proxy === undefined
      ? { host, port }
      : { socket: await openTunnel(proxy, `${url.hostname}:${port}`, signal) };
  return connect({ ...way, servername: isIP(host) === 0 ? host : "", rejectUnauthorized });
}
