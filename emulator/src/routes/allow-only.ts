import type { FastifyInstance } from "fastify";
import { ApiError } from "../envelope";

/** Refuses, with 405 and `Allow`, every other method on a path than those that it is for. */
export function allowOnly(app: FastifyInstance, url: string, allowed: readonly string[]): void {
  const allow = allowed.join(", ");
  app.route({
    // Fastify itself answers HEAD wherever there is a GET.
    method: app.supportedMethods.filter(
      (method) => !allowed.includes(method) && !(method === "HEAD" && allowed.includes("GET")),
    ),
    url,
    // Before Fastify looks at the body.
    onRequest: ({ method }) => {
      throw new ApiError(405, `${method} isn't possible here; this path takes ${allow}.`, [], { allow });
    },
    handler: () => undefined,
  });
}
