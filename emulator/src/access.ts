import type { FastifyRequest } from "fastify";
import { ApiError } from "./envelope";
import { isAddress, isListed, isLoopback } from "./hosts";
import type { Settings } from "./options";

/**
 * Keeps the emulator to people and programs that mean it. A web page of another site, open in the same browser, can
 * neither send anything nor, by a host name that it points here (DNS rebinding), read anything.
 *
 * @throws ApiError 403 naming the option that allows the host.
 */
export function checkAccess(
  { host: listeningOn, allowedHosts }: Settings,
  { headers }: Pick<FastifyRequest, "headers">,
): void {
  const { host = "", origin } = headers;
  const name = urlOf(`http://${host}`)?.hostname ?? "";
  // A page can point its own name here, but not an address: that is safe where other machines are let in.
  const isOwn = isLoopback(name) || (isAddress(name) && !listensOnLoopback(listeningOn));
  if (!isOwn && !isListed(name, [...allowedHosts, listeningOn])) {
    throw refusal("host name", name);
  }
  if (origin === undefined) {
    return;
  }
  const from = urlOf(origin);
  if (from?.host === host.toLowerCase() || isListed(from?.hostname ?? "", allowedHosts)) {
    return;
  }
  throw refusal("origin", from?.hostname ?? "");
}

function listensOnLoopback(address: string): boolean {
  return isLoopback(address) || address === "::1";
}

function refusal(what: string, name: string): ApiError {
  if (name === "") {
    return new ApiError(403, `Failed to let the request in: it has no valid ${what}.`);
  }
  return new ApiError(
    403,
    `Failed to let the request in: the ${what} "${name}" is foreign. If it is yours, start the emulator with --allow-host ${name}.`,
  );
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
