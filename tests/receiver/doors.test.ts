import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { connect, createServer as createHttp2Server, type Http2ServerRequest } from "node:http2";
import { text } from "node:stream/consumers";
import { serve } from "@hono/node-server";
import express, { type ErrorRequestHandler } from "express";
import fastify from "fastify";
import { Hono } from "hono";
import {
  type NodeRequest,
  NotificationError,
  type VerifyRequestOptions,
  verifyNodeRequest,
  verifyWebRequest,
} from "../../provider/src/receiver";
import { listenLocally } from "../support/listen";
import { type SignedRequest, sign } from "./sign";
import { JOB_STATUS, OPTIONS, SECRET, signed } from "./support";

const BODY = JSON.stringify({ ...JOB_STATUS, note: "Zürich 🛰" });

/** A request as UP42 would send it now. */
function fresh(headers?: readonly (readonly [string, string])[]): SignedRequest {
  const created = Math.floor(Date.now() / 1000);
  return sign({ secret: SECRET, body: BODY, digest: "digest", created, ...(headers && { headers }) });
}

/** What a receiver answers: the note in the notification, or the code of the error. */
async function answerOf(verifying: Promise<{ notification: { [field: string]: unknown } }>): Promise<string> {
  try {
    return String((await verifying).notification.note);
  } catch (error) {
    if (error instanceof NotificationError) {
      return error.code;
    }
    throw error;
  }
}

const answerNode = (request: NodeRequest, options: Partial<VerifyRequestOptions> = {}) =>
  answerOf(verifyNodeRequest(request, { secret: SECRET, maxBodyBytes: options.maxBodyBytes }));

/** Posts to a server, and gives what it answers. */
async function post(url: string, { headers, body }: SignedRequest): Promise<string> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return await answer.text();
}

async function postTo(listener: RequestListener, request = fresh()): Promise<string> {
  const server = await listenLocally(createServer(listener));
  try {
    return await post(server.url, request);
  } finally {
    await server.close();
  }
}

describe("Node's door", () => {
  const answer =
    (options?: Partial<VerifyRequestOptions>): RequestListener =>
    async (request, response) => {
      response.end(await answerNode(request, options));
    };

  test("takes a request of node:http, and refuses a forged one", async () => {
    expect(await postTo(answer())).toBe("Zürich 🛰");
    const forged = sign({ secret: "another", body: BODY, created: Math.floor(Date.now() / 1000) });
    expect(await postTo(answer(), forged)).toBe("signature_mismatch");
  });

  test("takes a request of node:http2, whose host is the :authority", async () => {
    const server = createHttp2Server(async (request: Http2ServerRequest, response) => {
      response.end(await answerNode(request));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") {
      throw new Error("The server has no port.");
    }
    const authority = `127.0.0.1:${address.port}`;
    const client = connect(`http://${authority}`);
    try {
      const { host, ...headers } = fresh([["host", authority]]).headers;
      expect(host).toBe(authority);
      const stream = client.request({ ":method": "POST", ":path": "/", ...headers });
      stream.end(BODY);
      expect(await text(stream)).toBe("Zürich 🛰");
    } finally {
      client.close();
      server.close();
      await once(server, "close");
    }
  });

  test("stops at the limit, and still answers", async () => {
    const long = sign({ secret: SECRET, body: "x".repeat(3_000_000), created: 1 });
    expect(await postTo(answer(), long)).toBe("body_too_large");
    expect(await postTo(answer({ maxBodyBytes: Buffer.byteLength(BODY) - 1 }))).toBe("body_too_large");
    expect(await postTo(answer({ maxBodyBytes: Buffer.byteLength(BODY) }))).toBe("Zürich 🛰");
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses a limit of %d",
    async (maxBodyBytes) => {
      const request = signed();
      await expect(verifyNodeRequest(request, { ...OPTIONS, maxBodyBytes })).rejects.toMatchObject({
        code: "invalid_options",
      });
    },
  );

  test.each<[string, express.RequestHandler[], string]>([
    ["no parser", [], "Zürich 🛰"],
    ["express.raw", [express.raw({ type: () => true })], "Zürich 🛰"],
    ["express.text", [express.text({ type: () => true })], "Zürich 🛰"],
    ["express.json", [express.json()], "body_not_raw"],
    [
      "express.json that keeps the bytes, as NestJS and Cloud Functions do",
      [express.json({ verify: (request, _, bytes) => Object.assign(request, { rawBody: bytes }) })],
      "Zürich 🛰",
    ],
  ])("takes a request of Express with %s: %s", async (_, parsers, expected) => {
    const app = express();
    app.post("/", ...parsers, async (request, response) => {
      response.send(await answerNode(request));
    });
    expect(await postTo(app)).toBe(expected);
  });

  test("its errors have what Express answers with", async () => {
    const app = express();
    const logged: unknown[] = [];
    const log: ErrorRequestHandler = (error, _request, _response, next) => {
      logged.push(error.code);
      next(error);
    };
    app.post("/", async (request) => {
      await verifyNodeRequest(request, { secret: "another" });
    });
    app.use(log);
    app.set("env", "test");
    const server = await listenLocally(createServer(app));
    try {
      const { status } = await fetch(server.url, { method: "POST", ...fresh() });
      expect([status, logged]).toEqual([401, ["signature_mismatch"]]);
    } finally {
      await server.close();
    }
  });

  test.each([
    ["a parser that gives the bytes", "buffer", "Zürich 🛰"],
    ["its own parser of JSON", undefined, "body_not_raw"],
  ] as const)("takes a request of Fastify with %s", async (_, parseAs, expected) => {
    const app = fastify();
    if (parseAs !== undefined) {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser("*", { parseAs }, (_request, body, done) => done(null, body));
    }
    app.post("/", (request) => answerNode(request));
    try {
      expect(await post(await app.listen({ port: 0, host: "127.0.0.1" }), fresh())).toBe(expected);
    } finally {
      await app.close();
    }
  });

  test("says that a stream was read already, instead of waiting", async () => {
    const listener = async (request: IncomingMessage, response: { end(text: string): void }) => {
      await text(request);
      response.end(await answerNode(request));
    };
    expect(await postTo(listener)).toBe("body_not_raw");
    expect(await answerNode({ headers: {} })).toBe("body_not_raw");
  });

  test("says so when the sender goes away in the middle of the body", async () => {
    async function* broken() {
      yield Buffer.from("{");
      throw await Promise.resolve(new Error("aborted"));
    }
    const verifying = verifyNodeRequest({ headers: {}, iterator: broken }, OPTIONS);
    await expect(verifying).rejects.toMatchObject({ code: "malformed_body" });
    await expect(verifying).rejects.toBeInstanceOf(NotificationError);
  });
});

describe("the web's door", () => {
  const answer = (request: Request, options: Partial<VerifyRequestOptions> = {}) =>
    answerOf(verifyWebRequest(request, { secret: SECRET, maxBodyBytes: options.maxBodyBytes }));
  const requestOf = ({ headers, body }: SignedRequest) =>
    new Request("https://a.example/up42", { method: "POST", headers, body });

  test("takes a Request", async () => {
    expect(await answer(requestOf(fresh()))).toBe("Zürich 🛰");
    expect(await answer(requestOf({ ...fresh(), body: BODY.replace("PENDING", "FAILED") }))).toBe(
      "digest_mismatch",
    );
  });

  test("takes the host from the address where a runtime keeps Host to itself", async () => {
    const { host, ...headers } = fresh([["host", "a.example"]]).headers;
    expect(host).toBe("a.example");
    expect(await answer(requestOf({ headers, body: BODY }))).toBe("Zürich 🛰");
  });

  test("takes one whose body is there only as a whole, and one without", async () => {
    const { url, headers, bodyUsed } = requestOf(fresh());
    const whole = { url, headers, bodyUsed, arrayBuffer: async () => await new Response(BODY).arrayBuffer() };
    expect(await answerOf(verifyWebRequest(whole, { secret: SECRET }))).toBe("Zürich 🛰");
    expect(await answer(new Request(url, { method: "POST", headers }))).toBe("digest_mismatch");
  });

  test("refuses one whose body was read", async () => {
    const request = requestOf(fresh());
    await request.json();
    expect(await answer(request)).toBe("body_not_raw");
  });

  test("stops at the limit, and reads no further", async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: () => {
        cancelled = true;
      },
    });
    const init = { method: "POST", headers: fresh().headers, body: endless, duplex: "half" } as const;
    expect(await answer(new Request("https://a.example/", init))).toBe("body_too_large");
    expect(cancelled).toBe(true);
    expect(await answer(requestOf(fresh()), { maxBodyBytes: 10 })).toBe("body_too_large");
  });

  test("takes what Hono gets, on Node and by itself", async () => {
    const app = new Hono();
    app.post("/", async (context) => context.text(await answer(context.req.raw)));
    const direct = await app.request("/", { method: "POST", ...fresh() });
    expect(await direct.text()).toBe("Zürich 🛰");
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") {
      throw new Error("The server has no port.");
    }
    try {
      expect(await post(`http://127.0.0.1:${address.port}/`, fresh())).toBe("Zürich 🛰");
    } finally {
      server.close();
    }
  });
});
