import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from "fastify";
import { ApiError, type ErrorDetail, failure, OAuthError } from "./envelope";
import type { Settings } from "./options";

/** An error of a validation, as Fastify and Ajv give it. */
type ValidationError = Pick<FastifySchemaValidationError, "instancePath" | "keyword" | "params" | "message">;

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

/**
 * What a schema found wrong, as a refusal.
 *
 * @param what What was checked, such as `body`.
 */
export function fromValidation(what: string, errors: readonly ValidationError[]): ApiError {
  const details = errors.map((error) => toDetail(what, error));
  const message = details.map((detail) => `${detail.field} ${detail.message}`).join("; ");
  return new ApiError(400, `The ${what} isn't valid: ${message}.`, details);
}

function toDetail(what: string, { instancePath, keyword, params, message }: ValidationError): ErrorDetail {
  const path = instancePath.slice(1).replace(/\/(\d+)/g, "[$1]");
  switch (keyword) {
    case "required":
      return { field: String(params.missingProperty), message: "is required" };
    case "additionalProperties":
      return { field: String(params.additionalProperty), message: "isn't a known field" };
    case "unevaluatedProperties":
      return { field: String(params.unevaluatedProperty), message: "isn't a known field" };
    case "enum":
      return { field: path, message: `must be one of ${listOf(params.allowedValues)}` };
    case "minLength":
    case "minItems":
      return { field: path, message: "must not be empty" };
    default:
      return { field: path === "" ? what : path, message: message ?? "isn't valid" };
  }
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.join(", ") : String(values);
}
