import type { FastifyInstance } from "fastify";
import { requireReadableBody } from "../bodies";
import type { Context } from "../context";
import { ApiError, success } from "../envelope";
import type { StoredWebhook, WebhookBody } from "../model";
import type { SecretVisibility } from "../options";
import { checkWebhookBody, webhookBodySchema } from "../webhook-body";
import { authenticate } from "./authenticate";
import { allowOnly } from "./endpoint";

export const WEBHOOKS = "/workspaces/:workspaceId/webhooks";
const WEBHOOK = `${WEBHOOKS}/:webhookId`;

export interface WorkspaceParams {
  workspaceId: string;
}

export interface WebhookParams extends WorkspaceParams {
  webhookId: string;
}

/** Webhooks: list, create, get, replace, delete. */
export function webhookRoutes(app: FastifyInstance, context: Context): void {
  const { store, settings } = context;
  const show = (webhook: StoredWebhook) => present(webhook, settings.secretVisibility);
  const schema = { body: webhookBodySchema };

  app.get<{ Params: WorkspaceParams }>(WEBHOOKS, ({ params }) =>
    success(store.list(params.workspaceId).map(show)),
  );

  app.post<{ Params: WorkspaceParams; Body: WebhookBody }>(WEBHOOKS, { schema }, ({ params, body }) => {
    checkWebhookBody(body, settings.events);
    return success(show(store.create(params.workspaceId, body)));
  });
  allowOnly(app, WEBHOOKS, ["GET", "POST"]);

  app.get<{ Params: WebhookParams }>(WEBHOOK, ({ params }) => success(show(requireWebhook(context, params))));

  app.put<{ Params: WebhookParams; Body: WebhookBody }>(WEBHOOK, { schema }, ({ params, body }) => {
    const webhook = requireWebhook(context, params);
    checkWebhookBody(body, settings.events);
    return success(show(store.replace(webhook, body)));
  });

  app.delete<{ Params: WebhookParams }>(WEBHOOK, ({ params }, reply) => {
    store.delete(requireWebhook(context, params));
    reply.code(settings.deleteStatus);
    return settings.deleteStatus === 204 ? reply.send() : reply.send(success(null));
  });
  allowOnly(app, WEBHOOK, ["GET", "PUT", "DELETE"]);
}

/** Makes all routes of this part ask for a token of the path's workspace, before they look at the body. */
export function protectWorkspace(app: FastifyInstance, context: Context): void {
  app.addHook<{ Params: WorkspaceParams }>("preValidation", (request, _reply, done) => {
    authenticate(context, request, request.params.workspaceId);
    done();
  });
  app.addHook("preValidation", requireReadableBody);
}

/** @throws ApiError 404 when the workspace has no such webhook. */
export function requireWebhook({ store }: Context, { workspaceId, webhookId }: WebhookParams): StoredWebhook {
  const webhook = store.get(workspaceId, webhookId);
  if (webhook === undefined) {
    throw new ApiError(404, `The workspace ${workspaceId} has no webhook ${webhookId}.`);
  }
  return webhook;
}

/** A webhook as UP42 shows it, with the fields in its order. */
function present(webhook: StoredWebhook, visibility: SecretVisibility) {
  const { id, url, name, active, events, createdAt, updatedAt, secret } = webhook;
  const shown = { id, url, name, active, events, createdAt, updatedAt };
  switch (visibility) {
    case "omitted":
      return shown;
    case "empty":
      return { ...shown, secret: "" };
    case "masked":
      return { ...shown, secret: secret === "" ? "" : "********" };
    case "clear":
      return { ...shown, secret };
  }
}
