// A proxy, as a process of its own. Its argument is JSON: `tls` ({ key, cert }), `kind`, and what the kind needs.
//   forward   opens tunnels and passes requests on, to 127.0.0.1: the port of `ports` by host, else the port asked for
//   silent    accepts connections and says nothing
//   close     ends each connection at its first bytes
//   answer    answers with `pieces`, one packet each, whatever comes, and ends the connection
// It prints two ports: its own, and one that answers every request with what came since the last one.
import { createServer as createHttpServer, request as httpRequest } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer as createTcpServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";

const { tls, kind, ports = {}, pieces = [] } = JSON.parse(process.argv[2]);

const requests = [];

function note({ method, url: target, headers }) {
  const { authorization = "", "proxy-authorization": proxyAuthorization = "" } = headers;
  requests.push({ method, target, authorization, proxyAuthorization });
}

/** Where a host is, as far as this proxy knows. */
const placeOf = (url) => ({
  host: "127.0.0.1",
  port: ports[url.hostname] ?? Number(url.port || (url.protocol === "https:" ? 443 : 80)),
});

function passOn(request, response) {
  note(request);
  if (!URL.canParse(request.url)) {
    response.writeHead(400).end("not a request for a proxy");
    return;
  }
  const url = new URL(request.url);
  const { "proxy-authorization": _, ...headers } = request.headers;
  const options = { ...placeOf(url), method: request.method, path: url.pathname + url.search, headers };
  const onward = httpRequest(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", (error) => response.writeHead(502).end(String(error)));
  request.pipe(onward);
}

function openTunnel(request, socket) {
  note(request);
  const onward = connect(placeOf(new URL(`https://${request.url}`)), () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    onward.pipe(socket).pipe(onward);
  });
  onward.on("error", () => socket.destroy());
  socket.on("error", () => onward.destroy());
}

async function answerInPieces(socket) {
  for (const piece of pieces) {
    socket.write(piece);
    await delay(50);
  }
  socket.end();
}

function serveSockets(socket) {
  socket.on("error", () => socket.destroy());
  if (kind === "close") {
    socket.once("data", () => socket.destroy());
  }
  if (kind === "answer") {
    socket.once("data", () => answerInPieces(socket));
  }
}

// What is silent or closes does so before TLS begins.
const isRaw = kind === "silent" || kind === "close";
const server =
  kind === "forward"
    ? (tls === undefined ? createHttpServer(passOn) : createHttpsServer(tls, passOn)).on(
        "connect",
        openTunnel,
      )
    : tls === undefined || isRaw
      ? createTcpServer(serveSockets)
      : createTlsServer(tls, serveSockets);
const notes = createHttpServer((_, response) => response.end(JSON.stringify(requests.splice(0))));
server.listen(0, "127.0.0.1", () => {
  notes.listen(0, "127.0.0.1", () => console.log(`${server.address().port} ${notes.address().port}.`));
});
