// Stands for an API gateway: who creates a route gets its address, which nobody knows before. A route accepts what is
// signed with its secret.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { verifyNotification } from "pulumi-up42/receiver";

const url = `http://localhost:${process.env.PORT ?? 3000}`;
/** The secrets of the routes, by path. */
const routes = new Map();

createServer(async (request, response) => {
  const body = await text(request);
  const [status, answer] = handle(request, body);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}).listen(new URL(url).port, () => console.log(`Gateway on ${url}`));

function handle({ method, url: path, headers }, body) {
  if (method === "POST" && path === "/routes") {
    const created = `/${randomUUID()}`;
    routes.set(created, JSON.parse(body).secret);
    return [201, { path: created, url: url + created }];
  }
  if (method === "DELETE") {
    return [routes.delete(path) ? 200 : 404, {}];
  }
  if (!routes.has(path)) {
    return [404, {}];
  }
  return receive(routes.get(path), { headers, body });
}

function receive(secret, request) {
  try {
    const { notification } = verifyNotification(request, { secret });
    console.log(notification.event, notification.body);
    return [200, {}];
  } catch (error) {
    console.error(error.message);
    return [error.statusCode ?? 500, { code: error.code }];
  }
}
