import { randomUUID } from "node:crypto";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { checkAccess } from "./access";
import { answerError } from "./answer-error";
import { readBodies } from "./bodies";
import type { Context } from "./context";
import { description, type OperationId } from "./description";
import { ApiError, type ErrorFormat, failure } from "./envelope";
import type { Fault } from "./faults";
import { RateLimit } from "./rate-limit";
import { isInternal, type RecordedRequest, sizeOfHead, splitTarget } from "./recorded-request";
import { allowOnly } from "./routes/allow-only";
import { authRoutes } from "./routes/auth";
import { eventRoutes } from "./routes/events";
import { ownRoutes } from "./routes/own";
import { testRoutes } from "./routes/tests";
import { protectWorkspace, webhookRoutes } from "./routes/webhooks";
import { pause } from "./time";

declare module "fastify" {
  interface FastifyRequest {
    /** Where this request is recorded; null for the emulator's own pages, and for what is refused at the door. */
    record: RecordedRequest | null;
    /** What goes wrong with this request. */
    fault: Fault | null;
  }
  interface FastifyContextConfig {
    /** The name of the route in openapi.yaml. */
    operation?: OperationId;
  }
}

/** UP42's API as a server that doesn't listen yet. */
export function buildServer(context: Context): FastifyInstance {
  const { settings } = context;
  const app = fastify({
    forceCloseConnections: "idle",
    frameworkErrors: (error, request, reply) =>
      answerError(refusalOf(context, request) ?? error, settings, request, reply),
  });
  app.setValidatorCompiler(({ schema }) => description().validator(Object(schema)));
  app.decorateRequest("record", null);
  app.decorateRequest("fault", null);
  readBodies(app, context);
  guard(app, context);
  injectFaults(app, context);
  recordRequests(app, context);
  app.setErrorHandler<Error>((error, request, reply) => answerError(error, settings, request, reply));
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
  for (const [path, methods] of description().paths) {
    allowOnly(app, path, methods);
  }
  app.register((scope, _options, done) => {
    ownRoutes(scope, context);
    done();
  });
  return app;
}

/** Lets in who may come in, and not too often. */
function guard(app: FastifyInstance, { settings }: Context): void {
  const limit = settings.rateLimit > 0 ? new RateLimit(settings.rateLimit) : undefined;
  app.addHook("onRequest", (request, _reply, done) => {
    checkAccess(settings, request);
    if (limit?.admit(request.ip) === false && !isInternal(splitTarget(request.url).path)) {
      const message = `More than ${limit.perSecond} requests per second come from ${request.ip}.`;
      throw new ApiError(429, message, [], { "retry-after": "1" });
    }
    done();
  });
}

/** Why a request that Fastify itself can't read isn't even let in. */
function refusalOf({ settings }: Context, request: FastifyRequest): ApiError | undefined {
  try {
    checkAccess(settings, request);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
}

function recordRequests(app: FastifyInstance, { settings, requests, closing }: Context): void {
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
      requests.add(request.record, request.record, sizeOfHead(request.raw));
    }
    done();
  });
  app.addHook("onSend", async (request, reply) => {
    if (request.record === null) {
      return;
    }
    if (request.fault?.lostAnswer !== true) {
      request.record.status = reply.statusCode;
    }
    if (settings.latencyMs > 0) {
      await pause(settings.latencyMs, closing);
    }
  });
  app.addHook("onResponse", (request, reply, done) => {
    if (request.record !== null) {
      request.record.durationMs = Math.round(reply.elapsedTime);
      const { method, path, durationMs } = request.record;
      const outcome = request.fault?.lostAnswer === true ? "answer lost" : reply.statusCode;
      const note = request.fault === null ? "" : " (an injected fault)";
      settings.log(`${method} ${path} ${outcome} ${durationMs} ms${note}`);
    }
    done();
  });
}

/** Lets requests fail as their faults want it; of what is refused at the door, none is used up. */
function injectFaults(app: FastifyInstance, { faults, settings, closing }: Context): void {
  app.addHook("preValidation", async (request, reply) => {
    const { operation } = request.routeOptions.config;
    const fault = operation === undefined ? undefined : faults.take(operation);
    if (fault === undefined) {
      return;
    }
    request.fault = fault;
    if (fault.delayMs !== undefined) {
      await pause(fault.delayMs, closing);
    }
    if (fault.status === undefined || fault.committed === true) {
      return;
    }
    return reply.send(faultyAnswer(fault, reply, settings.errorFormat));
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    const { fault } = request;
    if (fault?.lostAnswer === true) {
      request.raw.socket.destroy();
    }
    done(null, fault?.committed === true ? faultyAnswer(fault, reply, settings.errorFormat) : payload);
  });
}

/** Sets a reply's head as a fault wants it, and gives its body. */
function faultyAnswer(fault: Fault, reply: FastifyReply, format: ErrorFormat): string {
  const { status = 500, retryAfterSeconds, body } = fault;
  reply.code(status);
  if (retryAfterSeconds !== undefined) {
    reply.header("retry-after", String(retryAfterSeconds));
  }
  reply.type(typeof body === "string" ? "text/html; charset=utf-8" : "application/json; charset=utf-8");
  if (typeof body === "string") {
    return body;
  }
  return JSON.stringify(body ?? failure(new ApiError(status, "This is an injected fault."), format));
}
