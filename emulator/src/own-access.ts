import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import { ApiError } from "./envelope";
import { isLoopback } from "./webhook-body";

/**
 * Keeps the emulator's own pages, which ask for no credentials, to people and programs that mean them: a web page
 * of somebody else's that is open in the same browser can neither trigger anything nor, by a host name that it
 * makes point here, read anything.
 * @param listeningOn The host that the emulator listens on.
 */
export function ownAccess(listeningOn: string) {
  const local = isLoopback(listeningOn) || listeningOn === "::1";
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { host = "", origin } = request.headers;
    if (local && !isLoopback(hostname(`http://${host}`))) {
      throw new ApiError(403, "The emulator's own pages answer to this machine's own names only.");
    }
    if (origin !== undefined && hostAndPort(origin) !== host.toLowerCase()) {
      throw new ApiError(403, "Another site's page may not use the emulator.");
    }
    done();
  };
}

function hostname(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}

function hostAndPort(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
