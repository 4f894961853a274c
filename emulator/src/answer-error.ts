import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { ApiError, failure, OAuthError } from "./envelope";
import type { Settings } from "./options";
import { fromValidation } from "./validation";

/** Answers every refusal, and every fault of the emulator's own, in the shape that the endpoint documents. */
export function answerError(
  error: Error | FastifyError,
  { log, errorFormat }: Pick<Settings, "log" | "errorFormat">,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof OAuthError) {
    if (request.record) {
      request.record.error = error.message;
    }
    reply.code(error.status).headers(error.headers);
    return reply.send({ error: error.error, error_description: error.message });
  }
  const refusal = toApiError(error);
  if (request.record) {
    request.record.error = refusal.message;
  }
  if (refusal.status >= 500) {
    log(`! ${request.method} failed in the emulator: ${error.stack ?? error.message}`);
  }
  return reply.code(refusal.status).headers(refusal.headers).send(failure(refusal, errorFormat));
}

function toApiError(error: Error | FastifyError): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  if ("validation" in error && error.validation !== undefined) {
    return fromValidation("body", error.validation);
  }
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  return new ApiError(status, status < 500 ? error.message : `The emulator failed: ${error.message}`);
}
