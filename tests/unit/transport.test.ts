import { EventEmitter, once } from "node:events";
import {
  createServer,
  Agent as HttpAgent,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { TransportError } from "../../provider/src/up42/errors";
import { createTransport, type HttpRequest } from "../../provider/src/up42/transport";
import { runCommand } from "../../tools/process.mjs";
import { WORKSPACE } from "../../tools/pulumi-project.mjs";
import { SELF_SIGNED } from "../support/certificates";

const MEGABYTE = 1024 * 1024;

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => await close()));
});

/** Answers the port; the server is closed after the test. */
async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
    await Promise.resolve();
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the server has no port");
  }
  return address.port;
}

const serving = async (listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(listener))}`;

const get = (url: string, timeoutMs = 20_000): HttpRequest => ({
  method: "GET",
  url,
  headers: {},
  timeoutMs,
});

const failureOf = async (promise: Promise<unknown>): Promise<TransportError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError)) {
    throw new Error(`not a transport error: ${String(error)}`);
  }
  return error;
};

function writeForever(response: ServerResponse): void {
  const chunk = Buffer.alloc(MEGABYTE, "x");
  const endless = new Readable({ read: () => void endless.push(chunk) });
  endless.pipe(response);
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listening(server);
  server.close();
  await once(server, "close");
  return port;
}

describe("an exchange", () => {
  test("reports status, type, the headers that matter and the body, and follows no redirect", async () => {
    const url = await serving((_request, response) => {
      response.writeHead(302, {
        location: "https://example.com",
        "content-type": "text/x",
        "retry-after": "3",
        date: "Thu, 01 Jan 2026 00:00:00 GMT",
        link: '</x?page=2>; rel="next"',
      });
      response.end("moved");
    });
    const answer = {
      status: 302,
      contentType: "text/x",
      retryAfter: "3",
      date: "Thu, 01 Jan 2026 00:00:00 GMT",
      link: '</x?page=2>; rel="next"',
      redirectsTo: "example.com",
      proxy: undefined,
      body: "moved",
      tooLarge: false,
    };
    await expect(createTransport()(get(url))).resolves.toEqual(answer);
  });

  test("uses a connection again", async () => {
    const server = createServer((_request, response) => response.end("ok"));
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    const url = `http://127.0.0.1:${await listening(server)}`;
    const transport = createTransport();
    for (let request = 0; request < 5; request += 1) {
      await transport(get(url));
    }
    expect(connections).toBe(1);
  });

  test("gives a request that wants it a connection of its own", async () => {
    const sockets: unknown[] = [];
    const server = createServer((request, response) => {
      sockets.push(request.socket);
      response.end("ok");
    });
    const url = `http://127.0.0.1:${await listening(server)}`;
    const transport = createTransport();
    for (const ownConnection of [false, true, false]) {
      await transport({ ...get(url), ownConnection });
    }
    const [first, own, last] = sockets;
    expect(own).not.toBe(first);
    expect(last).toBe(first);
  });

  test("does not take the second answer on a connection for that of the next request", async () => {
    let requests = 0;
    const server = createTcpServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.on("data", () => {
        requests += 1;
        const answer = `HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${requests}`;
        socket.write(answer + answer);
      });
    });
    const url = `http://127.0.0.1:${await listening(server)}`;
    const transport = createTransport();
    const bodies: string[] = [];
    for (let request = 0; request < 3; request += 1) {
      bodies.push((await transport(get(url))).body);
    }
    expect(bodies).toEqual(["1", "2", "3"]);
  });
});

describe("the body", () => {
  test("of a success may be large", async () => {
    const url = await serving((_request, response) => response.end(Buffer.alloc(20 * MEGABYTE, "x")));
    const answer = await createTransport()(get(url));
    expect([answer.body.length, answer.tooLarge]).toEqual([20 * MEGABYTE, false]);
  });

  test.each([
    [200, 32 * MEGABYTE],
    [500, 64 * 1024],
  ])("of an endless answer with status %i is cut, and the connection closed", async (status, limit) => {
    const closed = new EventEmitter();
    const isClosed = once(closed, "close");
    const url = await serving((_request, response) => {
      response.writeHead(status);
      response.once("close", () => closed.emit("close"));
      writeForever(response);
    });
    const answer = await createTransport()(get(url));
    expect([answer.status, answer.body.length, answer.tooLarge]).toEqual([status, limit, true]);
    await isClosed;
  });

  test("that is shorter than announced is a failure", async () => {
    const url = await serving((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      response.socket?.end();
    });
    expect((await failureOf(createTransport()(get(url)))).sent).toBe("maybe");
  });
});

describe("a failure", () => {
  test("to connect says that the request never left", async () => {
    const error = await failureOf(createTransport()(get(`http://127.0.0.1:${await closedPort()}/x`)));
    expect([error.sent, error.final]).toEqual(["no", false]);
    expect(error.message).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/x failed: ECONNREFUSED/);
  });

  test("to answer in time is an error of the first request too, and not the end of the process", async () => {
    const url = await serving(() => undefined);
    const transport = join(WORKSPACE, "provider", "dist", "up42", "transport.js");
    const request = { method: "POST", url, headers: {}, body: "{}", timeoutMs: 1 };
    const script = `require(${JSON.stringify(transport)}).createTransport()(${JSON.stringify(request)})
      .catch((error) => setTimeout(() => console.log(error.message), 100));`;
    const { exitCode, stdout, stderr } = await runCommand(process.execPath, ["--eval", script], {});
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+ was not answered within 0 s/);
  });

  test("of the connection after that leaves it open", async () => {
    const url = await serving((request) => request.socket.resetAndDestroy());
    expect((await failureOf(createTransport()(get(url)))).sent).toBe("maybe");
  });

  test.each(["EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "EADDRNOTAVAIL"])(
    "of the network (%s) leaves it open once there was a connection, and not before",
    async (code) => {
      const fail = async (syscall: string) => {
        const url = await serving((request) => {
          const [socket] = sockets.filter(({ localPort }) => localPort === request.socket.remotePort);
          socket?.destroy(Object.assign(new Error(`${syscall} ${code}`), { code, syscall }));
        });
        const sockets: Socket[] = [];
        const connecting = jest
          .spyOn(HttpAgent.prototype, "createConnection")
          .mockImplementation(({ port }) => {
            const socket = connect({ host: "127.0.0.1", port: Number(port) });
            sockets.push(socket);
            return socket;
          });
        try {
          return (await failureOf(createTransport()(get(url)))).sent;
        } finally {
          connecting.mockRestore();
        }
      };
      expect(await fail("read")).toBe("maybe");
      expect(await fail("write")).toBe("maybe");
      expect(await fail("connect")).toBe("no");
    },
  );

  test.each([
    ["no answer", (() => undefined) satisfies RequestListener],
    [
      "an answer that does not end",
      ((_request, response) => response.write("begin")) satisfies RequestListener,
    ],
  ])("because of %s in time says how long it waited", async (_, listener) => {
    const error = await failureOf(createTransport()(get(await serving(listener), 100)));
    expect(error.message).toContain("was not answered within 0.1 s");
    expect(error.sent).toBe("maybe");
  });

  test("because of a certificate that is not trusted is final, and says what to do", async () => {
    const server = createHttpsServer(SELF_SIGNED, (_request, response) => response.end("secret"));
    const error = await failureOf(createTransport()(get(`https://localhost:${await listening(server)}/`)));
    expect([error.sent, error.final]).toEqual(["no", true]);
    expect(error.message).toContain(
      'the server\'s TLS certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT; "localhost" issued it)',
    );
    expect(error.nextStep).toContain("NODE_EXTRA_CA_CERTS");
  });
});

test("connections that are discarded are not used again, and what is in flight on them still arrives", async () => {
  const ports = new Set<number | undefined>();
  const url = await serving((request, response) => {
    ports.add(request.socket.remotePort);
    response.end("ok");
  });
  const transport = createTransport();
  await transport(get(url));
  await transport(get(url));
  expect(ports.size).toBe(1);
  const inFlight = transport(get(url));
  transport.discardConnections();
  await transport(get(url));
  expect((await inFlight).body).toBe("ok");
  expect(ports.size).toBeGreaterThan(1);
});
