import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { type Listening, listenLocally } from "../listen";

/** What somebody wrote: a pull or merge request, an issue, or a comment on one. */
export interface Note {
  readonly id: number;
  readonly author: "bot" | "person";
  readonly title: string;
  body: string;
  isOpen: boolean;
  readonly comments: Note[];
}

/** A request to a forge, with the path below the API's address. */
export interface ForgeRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers a request, or nothing for a path that does not exist. A list is given out a page per item. */
export type Route = (request: ForgeRequest) => unknown;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly next?: string;
}

/** Starts a stand-in for the API of GitHub or GitLab, which answers only who is authorized. */
export async function startForge(
  isAuthorized: (headers: IncomingHttpHeaders) => boolean,
  route: Route,
): Promise<Listening> {
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const { method = "", headers } = request;
    const url = new URL(request.url ?? "", `http://${headers.host}`);
    const body = method === "GET" ? {} : Object(await json(request));
    if (!isAuthorized(headers)) return { status: 401, body: { message: "Bad credentials" } };
    const found = route({ method, path: url.pathname, body });
    if (found === undefined) return { status: 404, body: { message: "Not Found" } };
    return Array.isArray(found) ? page(found, url) : { status: method === "POST" ? 201 : 200, body: found };
  };
  const server = createServer((request, response) => {
    answerTo(request)
      .catch((error: unknown): Answer => ({ status: 500, body: { message: String(error) } }))
      .then(({ status, body, next }) => {
        if (next !== undefined) response.setHeader("link", `<${next}>; rel="next"`);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
  });
  return await listenLocally(server);
}

function page(items: readonly unknown[], url: URL): Answer {
  const number = Number(url.searchParams.get("page") ?? "1");
  const next = new URL(url);
  next.searchParams.set("page", String(number + 1));
  return {
    status: 200,
    body: items.slice(number - 1, number),
    ...(number < items.length && { next: next.href }),
  };
}
