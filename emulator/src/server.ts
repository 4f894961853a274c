import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import fastify, { type FastifyInstance } from "fastify";
import { readBodies } from "./bodies";
import type { Context } from "./context";
import { ApiError } from "./envelope";
import { answerError } from "./errors";
import { isInternal, type RecordedRequest, splitTarget } from "./recorder";
import { authRoutes } from "./routes/auth";
import { eventRoutes } from "./routes/events";
import { ownRoutes } from "./routes/own";
import { testRoutes } from "./routes/tests";
import { protectWorkspace, webhookRoutes } from "./routes/webhooks";

declare module "fastify" {
  interface FastifyRequest {
    /** Where this request is recorded; null for the emulator's own pages. */
    record: RecordedRequest | null;
  }
}

/** UP42's API as a server that doesn't listen yet. */
export function buildServer(context: Context, requests: RecordedRequest[]): FastifyInstance {
  const { log } = context.settings;
  const app = fastify({
    forceCloseConnections: true,
    // A value is right or wrong as it was sent: nothing is converted or dropped on the way.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: true },
    },
    frameworkErrors: (error, request, reply) => answerError(error, log, request, reply),
  });
  readBodies(app);
  recordRequests(app, context, requests);
  app.setErrorHandler<Error>((error, request, reply) => answerError(error, log, request, reply));
  app.setNotFoundHandler(({ method, url }) => {
    throw new ApiError(404, `There is no ${method} ${splitTarget(url).path} in UP42's webhooks API.`);
  });

  eventRoutes(app, context);
  app.register((scope, _options, done) => {
    authRoutes(scope, context);
    done();
  });
  app.register((scope, _options, done) => {
    protectWorkspace(scope, context);
    webhookRoutes(scope, context);
    testRoutes(scope, context);
    done();
  });
  app.register((scope, _options, done) => {
    ownRoutes(scope, context, requests);
    done();
  });
  return app;
}

function recordRequests(app: FastifyInstance, { settings }: Context, requests: RecordedRequest[]): void {
  app.decorateRequest("record", null);
  app.addHook("onRequest", (request, _reply, done) => {
    const { path, query } = splitTarget(request.url);
    if (!isInternal(path)) {
      request.record = {
        id: randomUUID(),
        method: request.method,
        path,
        ...(query === undefined ? {} : { query }),
        headers: request.headers,
        body: undefined,
        status: 0,
        at: new Date().toISOString(),
        durationMs: 0,
      };
      requests.push(request.record);
    }
    done();
  });
  app.addHook("onSend", async (request, reply) => {
    if (request.record === null) return;
    request.record.status = reply.statusCode;
    if (settings.latencyMs > 0) await delay(settings.latencyMs, undefined, { ref: false });
  });
  app.addHook("onResponse", (request, reply, done) => {
    if (request.record !== null) {
      request.record.durationMs = Math.round(reply.elapsedTime);
      const { method, path, durationMs } = request.record;
      settings.log(`${method} ${path} ${reply.statusCode} ${durationMs} ms`);
    }
    done();
  });
}
