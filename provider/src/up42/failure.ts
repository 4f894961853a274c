import { STATUS_CODES } from "node:http";
import * as v from "valibot";
import type { ApiFailure } from "./errors";
import { clockOf, parseRetryAfter } from "./retry-after";
import { toJson } from "./to-json";
import type { HttpAnswer, HttpRequest } from "./transport";

const MAX_MESSAGE_LENGTH = 400;
/** Proxies and sign-in pages of networks have these to themselves. */
const OF_THE_NETWORK = new Set([407, 511]);

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
  errors: v.fallback(v.optional(v.array(v.object({ message: v.string() }))), undefined),
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
  const isForeign = isWebPage || isRedirect(answer) || OF_THE_NETWORK.has(answer.status);
  const retryAfterMs = parseRetryAfter(answer.retryAfter, clockOf(answer.date));
  return {
    method: request.method,
    url: request.url,
    status: answer.status,
    // Redacted before it is cut, so that half a secret cannot remain at the end.
    message: shorten(redact(messageIn(answer, isWebPage))) || (STATUS_CODES[answer.status] ?? ""),
    isOwn: !isForeign && isOwnError(parseJson(answer.body), answer.status, request.url),
    isForeign,
    proxy: answer.proxy,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function isRedirect({ status }: HttpAnswer): boolean {
  return status >= 300 && status <= 399;
}

function messageIn(answer: HttpAnswer, isWebPage: boolean): string {
  if (isRedirect(answer) && answer.redirectsTo !== undefined) {
    return `a redirect to ${answer.redirectsTo}, not an answer of UP42's API`;
  }
  if (isWebPage) {
    const title = titleOf(answer.body);
    return `a web page${title.trim() === "" ? "" : ` titled "${title.trim()}"`}, not an answer of UP42's API`;
  }
  const json = parseJson(answer.body);
  const result = v.safeParse(failureBody, json);
  return result.success ? spelledOut(result.output) : answer.body;
}

/** Without a pattern that starts again at each of many `<title`: a page of them takes no longer than another. */
function titleOf(page: string): string {
  const tag = page.search(/<title/i);
  const start = tag < 0 ? -1 : page.indexOf(">", tag);
  const end = start < 0 ? -1 : page.indexOf("<", start);
  return end < 0 ? "" : page.slice(start + 1, end);
}

function spelledOut(body: v.InferOutput<typeof failureBody>): string {
  const { error, errors } = body;
  if ((error === undefined || error === null) && errors !== undefined) {
    return errors.map(({ message }) => message).join("; ");
  }
  const parts: readonly unknown[] =
    typeof error === "object" && error !== null
      ? [error.message ?? error.code, error.details]
      : [body.error_description ?? error ?? body.message ?? body.title, body.detail];
  return parts
    .filter((part) => part !== undefined && part !== null && part !== "")
    .map((part) => (typeof part === "string" ? part : toJson(part)))
    .join(": ");
}

/** UP42's envelope (`data` null, `error` set), or the problem of its newer endpoints with the status it came with. */
const said = v.pipe(
  v.looseObject({}),
  v.check(({ code, message, details }) =>
    [code, message, details].some((part) => part !== undefined && part !== null),
  ),
);
const ownError = v.object({ data: v.null(), error: said });
const ownErrors = v.object({
  data: v.null(),
  errors: v.pipe(v.array(v.object({ message: v.string() })), v.minLength(1)),
});
const problem = v.object({ title: v.string(), status: v.number(), detail: v.nullish(v.string()) });
/**
 * RFC 6749, section 5.2; others only with a description, since many a gateway says `{"error": "Forbidden"}`. Only the
 * login answers like this.
 */
const oauthError = v.union([
  v.object({
    error: v.picklist([
      "access_denied",
      "invalid_client",
      "invalid_grant",
      "invalid_request",
      "invalid_scope",
      "invalid_token",
      "unauthorized_client",
      "unsupported_grant_type",
    ]),
  }),
  v.object({ error: v.string(), error_description: v.string() }),
]);

function isOwnError(body: unknown, status: number, url: string): boolean {
  return (
    v.is(ownError, body) ||
    v.is(ownErrors, body) ||
    (/\/(oauth|openid-connect)\//.test(url) && v.is(oauthError, body)) ||
    (v.is(problem, body) && body.status === status)
  );
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= MAX_MESSAGE_LENGTH ? line : `${line.slice(0, MAX_MESSAGE_LENGTH)}…`;
}
