import * as v from "valibot";
import type { Deletion } from "./api";
import { AnswerError } from "./errors";
import { line, text } from "./texts";
import { toJson } from "./to-json";
import { id, type RemoteWebhook, webhook } from "./webhook";

/**
 * UP42's JSON on one side, our types on the other; nothing else in this package knows the shape of an answer.
 * Unknown fields are dropped, so that what UP42 adds tomorrow cannot show up as a change.
 */

const event = v.object({
  name: v.pipe(v.string(), v.nonEmpty("is empty")),
  title: text,
  category: text,
  description: text,
  documentation: text,
});

const eventTest = v.object({
  eventName: line,
  success: v.boolean(),
  message: text,
  response: text,
  startedAt: text,
});

const testRun = v.object({
  startedAt: text,
  testsRun: v.number(),
  testsSucceeded: v.number(),
  testsFailed: v.number(),
  tests: v.array(eventTest),
});

/** Seconds, as a number or as text; anything else counts as not said. */
const lifetime = v.pipe(
  v.optional(v.unknown()),
  v.transform((value) => {
    const seconds = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
  }),
);

/** Newer answers carry the token at the top, older ones in `data` (see docs/lifecycle.md, "Tokens"). */
const token = v.pipe(
  v.object({
    access_token: v.nullish(v.string()),
    expires_in: lifetime,
    data: v.nullish(v.object({ accessToken: v.nullish(v.string()), expiresIn: lifetime })),
  }),
  v.transform((answer) => ({
    accessToken: answer.access_token || answer.data?.accessToken || "",
    expiresInSeconds: answer.expires_in ?? answer.data?.expiresIn,
  })),
  v.check((answer) => answer.accessToken !== "", "has no access token"),
);

/** What a delete answers is not documented; one that names the webhook says that it is gone. */
const deletion = v.object({
  data: v.nullish(v.object({ id: v.optional(v.string()), accessToken: v.optional(v.never()) })),
  access_token: v.optional(v.never()),
  sub: v.optional(v.never()),
});

/**
 * Marks by which lists say that there is more than they show. No paging is documented, so a list that has one of them
 * is refused: a webhook on a page that nobody reads would seem to be gone.
 */
const page = v.object({
  next: present(),
  nextPage: present(),
  next_page: present(),
  nextCursor: present(),
  next_cursor: present(),
  nextPageToken: present(),
  cursor: present(),
  hasNext: present(),
  hasMore: present(),
  has_more: present(),
  totalPages: count(),
  total_pages: count(),
  pages: count(),
  total: count(),
  totalElements: count(),
  totalCount: count(),
  total_count: count(),
});

function present() {
  return v.optional(
    v.pipe(
      v.unknown(),
      v.transform((value) => value !== null && value !== false && value !== "" && value !== undefined),
    ),
  );
}

function count() {
  return v.fallback(v.optional(v.number()), undefined);
}

const envelope = <const T extends v.GenericSchema>(data: T) => v.object({ data });

export const schemas = {
  webhook: envelope(webhook),
  webhooks: envelope(v.array(webhook)),
  events: envelope(v.array(event)),
  testRun: envelope(testRun),
  token,
  userinfo: v.object({ sub: id }),
};

/** Parses the body of a success; the only way an answer gets into this package. @throws AnswerError */
export function parseAnswer<const T extends v.GenericSchema>(schema: T, body: string): v.InferOutput<T> {
  return parseValue(schema, parseJson(body));
}

function parseValue<const T extends v.GenericSchema>(schema: T, json: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const path = v.getDotPath(issue) ?? "the body";
    throw new AnswerError(`UP42's answer has an unexpected form: "${path}" ${reasonOf(issue)}`);
  }
  return result.output;
}

/** @throws AnswerError for text that is not JSON, and for an `error` beside the data, whatever the status was. */
function parseJson(body: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(body.replace(/^\uFEFF/, ""));
  } catch {
    if (/^\s*</.test(body)) {
      throw new AnswerError(
        "a web page came back instead of an answer of UP42's API: a proxy or a sign-in page of the network may be in between",
        { code: "not-up42" },
      );
    }
    throw new AnswerError(`UP42's answer is not JSON (${body.length} characters, or cut off)`);
  }
  const said = errorBeside(json);
  if (said !== undefined) {
    throw new AnswerError(`UP42 answered with an error: ${said}`, { final: true });
  }
  return json;
}

const answerWithError = v.object({
  error: v.union([v.pipe(v.string(), v.nonEmpty()), v.looseObject({ message: v.optional(v.unknown()) })]),
});

function errorBeside(json: unknown): string | undefined {
  if (!v.is(answerWithError, json)) {
    return undefined;
  }
  const { error } = json;
  const said = typeof error === "string" ? error : (error.message ?? error);
  return typeof said === "string" ? said : toJson(said);
}

/** Names types only, never values: an answer may hold a secret. */
function reasonOf(issue: v.BaseIssue<unknown>): string {
  return issue.kind === "schema" ? `should be ${issue.expected}` : issue.message;
}

/**
 * A list of webhooks that holds all of them.
 * @param link The answer's `Link` header.
 * @throws AnswerError when it names another page, or more webhooks than it holds.
 */
export function parseList(body: string, link: string | undefined): readonly RemoteWebhook[] {
  const json = parseJson(body);
  const { data } = parseValue(schemas.webhooks, json);
  const isPartial =
    /rel="?next/i.test(link ?? "") ||
    pagesOf(json).some(
      ({ totalPages, total_pages, pages, total, totalElements, totalCount, total_count, ...marks }) =>
        Object.values(marks).some((mark) => mark === true) ||
        [totalPages, total_pages, pages].some((number) => (number ?? 1) > 1) ||
        [total, totalElements, totalCount, total_count].some((number) => (number ?? 0) > data.length),
    );
  if (isPartial) {
    throw new AnswerError(
      "UP42's list of webhooks is only one page of several, which this version cannot read",
      {
        final: true,
      },
    );
  }
  return data;
}

const PAGE_OBJECTS = ["meta", "page", "pagination", "paging", "links", "_links"];

function pagesOf(json: unknown): readonly v.InferOutput<typeof page>[] {
  if (typeof json !== "object" || json === null) {
    return [];
  }
  const candidates: readonly unknown[] = [json, ...PAGE_OBJECTS.map((key) => Reflect.get(json, key))];
  return candidates.flatMap((candidate) => (v.is(page, candidate) ? [v.parse(page, candidate)] : []));
}

/**
 * Whether an answer to a delete proves that it is done: an empty 204, or one that names the webhook.
 * @throws AnswerError when the answer is about something else.
 */
export function parseDeletion(status: number, body: string, wanted: string): Deletion {
  if (body.trim() === "") {
    return status === 204 ? "deleted" : "unconfirmed";
  }
  const { data } = parseAnswer(deletion, body);
  if (data?.id === undefined) {
    return "unconfirmed";
  }
  checkId(data.id, wanted);
  return status === 202 ? "unconfirmed" : "deleted";
}

/** Makes sure that an answer is about this webhook. @throws AnswerError */
export function checkId(found: string, wanted: string): void {
  if (found !== wanted) {
    throw new AnswerError(`UP42 answered with another webhook (${found})`);
  }
}
