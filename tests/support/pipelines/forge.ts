import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";

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

/** A stand-in for the API of GitHub or GitLab. */
export interface Forge {
  readonly url: string;
  /** All but reads, in order. */
  readonly writes: ForgeRequest[];
  close(): Promise<void>;
}

/** Answers a request, or nothing for a path that does not exist. A list is given out a page per item. */
export type Route = (request: ForgeRequest) => unknown;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly next?: string;
}

/** Starts a forge that answers only who is authorized. */
export async function startForge(
  isAuthorized: (headers: IncomingHttpHeaders) => boolean,
  route: Route,
): Promise<Forge> {
  const writes: ForgeRequest[] = [];
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const { method = "", headers } = request;
    const url = new URL(request.url ?? "", `http://${headers.host}`);
    const body = method === "GET" ? {} : Object(await json(request));
    if (!isAuthorized(headers)) return { status: 401, body: { message: "Bad credentials" } };
    const asked = { method, path: url.pathname, body };
    const found = route(asked);
    if (found === undefined) return { status: 404, body: { message: "Not Found" } };
    if (method !== "GET") writes.push(asked);
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
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("The forge does not listen on a port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    writes,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
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
