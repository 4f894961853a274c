import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify";
import { messageOf } from "./cause";
import type { Context } from "./context";
import { ApiError } from "./envelope";
import { sizeOfHead } from "./recorded-request";

/** A body that couldn't be understood; refused once it is clear that the sender may send one at all. */
export class UnreadableBody {
  constructor(readonly error: ApiError) {}
}

/** Reads JSON, and takes note of everything that isn't. */
export function readBodies(app: FastifyInstance, context: Context): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, text, done) => {
    const body = parseJson(String(text));
    note(context, request, String(text), body instanceof UnreadableBody ? String(text) : body);
    done(null, body);
  });
  app.addContentTypeParser("*", { parseAs: "string" }, (request, text, done) => {
    note(context, request, String(text));
    const type = request.headers["content-type"] ?? "no content type";
    const message = `The body must be JSON, sent as "Content-Type: application/json", not as ${type}.`;
    done(null, text === "" ? undefined : new UnreadableBody(new ApiError(415, message)));
  });
}

/** Reads HTML form bodies too, as the token endpoints want them. */
export function readForms(app: FastifyInstance, context: Context): void {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (request, text, done) => {
      note(context, request, String(text));
      done(null, new URLSearchParams(String(text)));
    },
  );
}

/** Refuses a request whose body couldn't be understood. */
export function requireReadableBody(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  if (request.body instanceof UnreadableBody) {
    throw request.body.error;
  }
  done();
}

function parseJson(text: string): unknown {
  if (text === "") {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    return new UnreadableBody(new ApiError(400, `The body isn't valid JSON: ${messageOf(error)}.`));
  }
}

function note(
  { requests }: Context,
  { record, raw }: FastifyRequest,
  text: string,
  body: unknown = text,
): void {
  if (record === null || text === "") {
    return;
  }
  record.body = body;
  requests.update(record, record, sizeOfHead(raw) + 2 * text.length);
}
