import { STATUS_CODES } from "node:http";
import * as v from "valibot";
import type { ApiFailure } from "./errors";
import { parseRetryAfter } from "./retry-after";
import type { HttpAnswer, HttpRequest } from "./transport";

const MAX_MESSAGE_LENGTH = 400;

/**
 * Every form in which UP42 is known to say what went wrong: the envelope's `error` (its exact fields are not
 * documented), the `{title, status, detail}` of newer endpoints, and OAuth's `{error, error_description}`.
 */
const optionalText = v.fallback(v.optional(v.string()), undefined);
const failureBody = v.object({
  error: v.fallback(
    v.nullish(
      v.union([
        v.string(),
        v.object({
          message: optionalText,
          code: v.optional(v.unknown()),
          details: v.optional(v.unknown()),
        }),
      ]),
    ),
    undefined,
  ),
  error_description: optionalText,
  message: optionalText,
  title: optionalText,
  detail: optionalText,
});

/** What an answer that is not a success says, in a form that can be shown. */
export function readFailure(
  request: Pick<HttpRequest, "method" | "url">,
  answer: HttpAnswer,
  redact: (text: string) => string,
): ApiFailure {
  const isWebPage = /html/i.test(answer.contentType) || /^\s*<(!doctype|html)/i.test(answer.body);
  const retryAfterMs = parseRetryAfter(answer.retryAfter);
  return {
    method: request.method,
    url: request.url,
    status: answer.status,
    // Redacted before it is cut, so that half a secret cannot remain at the end.
    message: shorten(redact(messageIn(answer, isWebPage))) || (STATUS_CODES[answer.status] ?? ""),
    isOwn: !isWebPage && isOwnError(parseJson(answer.body), answer.status),
    isWebPage,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function messageIn(answer: HttpAnswer, isWebPage: boolean): string {
  if (isWebPage) {
    const title = /<title[^>]*>([^<]+)/i.exec(answer.body)?.[1] ?? "";
    return `a web page${title.trim() === "" ? "" : ` titled "${title.trim()}"`}, not an answer of UP42's API`;
  }
  const json = parseJson(answer.body);
  const result = v.safeParse(failureBody, json);
  return result.success ? spelledOut(result.output) : answer.body;
}

function spelledOut(body: v.InferOutput<typeof failureBody>): string {
  const { error } = body;
  const parts: readonly unknown[] =
    typeof error === "object" && error !== null
      ? [error.message ?? error.code, error.details]
      : [body.error_description ?? error ?? body.message ?? body.title, body.detail];
  return parts
    .filter((part) => part !== undefined && part !== null && part !== "")
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join(": ");
}

/** UP42's envelope (`data` null, `error` set), or the problem of its newer endpoints with the status it came with. */
const ownError = v.object({ data: v.null(), error: v.object({}) });
const ownErrors = v.object({ data: v.null(), errors: v.pipe(v.array(v.object({})), v.minLength(1)) });
const problem = v.object({ title: v.string(), status: v.number(), detail: v.nullish(v.string()) });
const oauthError = v.object({ error: v.string(), error_description: v.optional(v.string()) });

function isOwnError(body: unknown, status: number): boolean {
  return (
    v.is(ownError, body) ||
    v.is(ownErrors, body) ||
    v.is(oauthError, body) ||
    (v.is(problem, body) && body.status === status)
  );
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= MAX_MESSAGE_LENGTH ? line : `${line.slice(0, MAX_MESSAGE_LENGTH)}…`;
}
