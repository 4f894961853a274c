import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from "fastify";
import { ApiError, type ErrorDetail, failure, OAuthError } from "./envelope";

/** Answers every refusal, and every fault of the emulator's own, in the shape that the endpoint documents. */
export function answerError(
  error: Error | FastifyError,
  log: (line: string) => void,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof OAuthError) {
    if (request.record) request.record.error = error.message;
    reply.code(error.status).headers(error.headers);
    return reply.send({ error: error.error, error_description: error.message });
  }
  const refusal = toApiError(error);
  if (request.record) request.record.error = refusal.message;
  if (refusal.status >= 500)
    log(`! ${request.method} failed in the emulator: ${error.stack ?? error.message}`);
  return reply.code(refusal.status).headers(refusal.headers).send(failure(refusal));
}

function toApiError(error: Error | FastifyError): ApiError {
  if (error instanceof ApiError) return error;
  if ("validation" in error && error.validation !== undefined) return fromValidation(error.validation);
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  return new ApiError(status, status < 500 ? error.message : `The emulator failed: ${error.message}`);
}

function fromValidation(errors: readonly FastifySchemaValidationError[]): ApiError {
  const details = errors.map(toDetail);
  const message = details.map((detail) => `${detail.field} ${detail.message}`).join("; ");
  return new ApiError(400, `The body isn't valid: ${message}.`, details);
}

function toDetail({ instancePath, keyword, params, message }: FastifySchemaValidationError): ErrorDetail {
  const path = instancePath.slice(1).replace(/\/(\d+)/g, "[$1]");
  switch (keyword) {
    case "required":
      return { field: String(params.missingProperty), message: "is required" };
    case "additionalProperties":
      return { field: String(params.additionalProperty), message: "isn't a known field" };
    case "minLength":
    case "minItems":
      return { field: path, message: "must not be empty" };
    default:
      return { field: path === "" ? "body" : path, message: message ?? "isn't valid" };
  }
}
