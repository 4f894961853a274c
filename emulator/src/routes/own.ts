import type { FastifyInstance } from "fastify";
import { requireReadableBody } from "../bodies";
import type { Context } from "../context";
import { description } from "../description";
import { ApiError, success } from "../envelope";
import type { InjectedFault } from "../faults";
import { eventNames, type StoredWebhook } from "../model";
import { loadPage } from "../page";
import { repeat, type TriggerRequest, trigger } from "../trigger";
import { allowOnly } from "./endpoint";

const DELIVERIES = "/_emulator/deliveries";
const FAULTS = "/_emulator/faults";

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
  const { settings, store, deliveries, faults } = context;
  const page = loadPage();
  app.addHook("preValidation", requireReadableBody);
  app.addHook("onSend", (_request, reply, payload, done) => {
    reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    done(null, payload);
  });

  app.get("/", (_request, reply) =>
    reply.type("text/html; charset=utf-8").headers(page.headers).send(page.html),
  );
  allowOnly(app, "/", ["GET"]);

  app.get("/_emulator/openapi.yaml", (_request, reply) =>
    reply.type("application/yaml").send(description().text),
  );
  allowOnly(app, "/_emulator/openapi.yaml", ["GET"]);

  app.get("/_emulator/events", () => success(settings.events));
  allowOnly(app, "/_emulator/events", ["GET"]);

  app.get("/_emulator/webhooks", () => success(store.list().map(withoutSecret)));
  allowOnly(app, "/_emulator/webhooks", ["GET"]);

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
    if (delivery === undefined) throw new ApiError(404, `There is no delivery ${params.deliveryId}.`);
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
    if (!faults.remove(params.faultId)) throw new ApiError(404, `There is no fault ${params.faultId}.`);
    return reply.code(204).send();
  });
  allowOnly(app, `${FAULTS}/:faultId`, ["DELETE"]);
}

function showFault({ id, fault, applied }: InjectedFault) {
  return { id, ...fault, applied };
}

function withoutSecret({ secret, ...webhook }: StoredWebhook) {
  return { ...webhook, events: eventNames(webhook.events), signed: secret !== "" };
}
