import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { requireReadableBody } from "../bodies";
import type { Context } from "../context";
import type { Delivery } from "../deliveries";
import { description } from "../description";
import { ApiError, success } from "../envelope";
import type { InjectedFault } from "../faults";
import { type Account, eventNames, type StoredWebhook } from "../model";
import { createNotification } from "../notification";
import { DEMO_ACCOUNT } from "../options";
import { loadPage } from "../page";
import { toLoggedRequest } from "../request-log";
import { repeat, type TriggerRequest, trigger } from "../trigger";
import { allowOnly } from "./allow-only";

const DELIVERIES = "/_emulator/deliveries";
const FAULTS = "/_emulator/faults";

/** As many requests are listed, the newest ones. */
const LISTED_REQUESTS = 1000;

interface WebhookParams {
  webhookId: string;
}

interface DeliveryParams {
  deliveryId: string;
}

const triggerSchema = {
  type: "object",
  required: ["event"],
  additionalProperties: false,
  properties: {
    event: { type: "string", minLength: 1 },
    status: { type: "string", minLength: 1 },
    workspaceId: { type: "string", minLength: 1 },
    body: { type: "object" },
  },
} as const;

/** What the emulator has and UP42 hasn't: a page to look inside, and a way to make things happen. */
export function ownRoutes(app: FastifyInstance, context: Context): void {
  const { settings, store, deliveries, faults, requests } = context;
  app.addHook("preValidation", requireReadableBody);
  app.addHook("onSend", (request, reply, payload, done) => {
    reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    done(null, request.method === "GET" ? unlessKnown(request, reply, payload) : payload);
  });

  for (const { path, content, headers } of loadPage()) {
    app.get(path, (_request, reply) => reply.headers(headers).send(content));
    allowOnly(app, path, ["GET"]);
  }

  app.get("/_emulator/account", () => success(accountToShow(settings.accounts)));
  allowOnly(app, "/_emulator/account", ["GET"]);

  app.get("/_emulator/requests", () =>
    success(requests.values().slice(-LISTED_REQUESTS).reverse().map(toLoggedRequest)),
  );
  allowOnly(app, "/_emulator/requests", ["GET"]);

  app.get("/_emulator/openapi.yaml", (_request, reply) =>
    reply.type("application/yaml").send(description().text),
  );
  allowOnly(app, "/_emulator/openapi.yaml", ["GET"]);

  app.get("/_emulator/events", () => success(settings.events));
  allowOnly(app, "/_emulator/events", ["GET"]);

  app.get("/_emulator/webhooks", () => success(store.list().map(withoutSecret)));
  allowOnly(app, "/_emulator/webhooks", ["GET"]);

  app.post<{ Params: WebhookParams }>("/_emulator/webhooks/:webhookId/test", ({ params }, reply) =>
    reply.code(202).send(success(startTest(context, params.webhookId))),
  );
  allowOnly(app, "/_emulator/webhooks/:webhookId/test", ["POST"]);

  app.post<{ Body: TriggerRequest }>(
    "/_emulator/trigger",
    { schema: { body: triggerSchema } },
    ({ body }, reply) => {
      const started = trigger(context, body);
      return reply.code(202).send(success(started.map(({ delivery }) => delivery)));
    },
  );
  allowOnly(app, "/_emulator/trigger", ["POST"]);

  app.get(DELIVERIES, () => success(deliveries.list()));
  allowOnly(app, DELIVERIES, ["GET"]);

  app.get<{ Params: DeliveryParams }>(`${DELIVERIES}/:deliveryId`, ({ params }) => {
    const delivery = deliveries.get(params.deliveryId);
    if (delivery === undefined) {
      throw new ApiError(404, `There is no delivery ${params.deliveryId}.`);
    }
    return success(delivery);
  });
  allowOnly(app, `${DELIVERIES}/:deliveryId`, ["GET"]);

  app.post<{ Params: DeliveryParams }>(`${DELIVERIES}/:deliveryId/repeat`, ({ params }, reply) =>
    reply.code(202).send(success(repeat(context, params.deliveryId).delivery)),
  );
  allowOnly(app, `${DELIVERIES}/:deliveryId/repeat`, ["POST"]);

  app.get(FAULTS, () => success(faults.list().map(showFault)));
  app.post(FAULTS, ({ body }, reply) => reply.code(201).send(success(showFault(faults.inject(body)))));
  app.delete(FAULTS, (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  allowOnly(app, FAULTS, ["GET", "POST", "DELETE"]);

  app.delete<{ Params: { faultId: string } }>(`${FAULTS}/:faultId`, ({ params }, reply) => {
    if (!faults.remove(params.faultId)) {
      throw new ApiError(404, `There is no fault ${params.faultId}.`);
    }
    return reply.code(204).send();
  });
  allowOnly(app, `${FAULTS}/:faultId`, ["DELETE"]);
}

function showFault({ id, fault, applied }: InjectedFault) {
  return { id, ...fault, applied };
}

/** The page asks again every second: what it has already is not sent again. */
function unlessKnown(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (typeof payload !== "string" || reply.statusCode !== 200) {
    return payload;
  }
  const tag = `"${createHash("sha256").update(payload).digest("base64url")}"`;
  reply.header("etag", tag);
  if (request.headers["if-none-match"] !== tag) {
    return payload;
  }
  reply.code(304);
  return null;
}

/** How to log in. Only the demo account's password is public. */
function accountToShow([account = DEMO_ACCOUNT]: readonly Account[]) {
  const { username, password, workspaceId } = account;
  return { username, password: password === DEMO_ACCOUNT.password ? password : null, workspaceId };
}

/** Sends a test of each event that the webhook is subscribed to. */
function startTest({ store, deliveries }: Context, webhookId: string): Delivery[] {
  const webhook = store.list().find(({ id }) => id === webhookId);
  if (webhook === undefined) {
    throw new ApiError(404, `There is no webhook ${webhookId}.`);
  }
  const events = new Set(eventNames(webhook.events));
  return [...events].map((event) => deliveries.start(webhook, createNotification(event, false)).delivery);
}

function withoutSecret({ secret, ...webhook }: StoredWebhook) {
  return { ...webhook, events: eventNames(webhook.events), signed: secret !== "" };
}
