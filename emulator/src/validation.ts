import type { FastifySchemaValidationError } from "fastify";
import { ApiError, type ErrorDetail } from "./envelope";

/** An error of a validation, as Fastify and Ajv give it. */
type ValidationError = Pick<FastifySchemaValidationError, "instancePath" | "keyword" | "params" | "message">;

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
