import type { FastifyInstance } from "fastify";
import { requireReadableBody } from "../bodies";
import type { Context } from "../context";
import { description } from "../description";
import { ApiError, success } from "../envelope";
import type { StoredWebhook, WebhookBody } from "../model";
import type { SecretVisibility } from "../options";
import { checkWebhookBody } from "../webhook-body";
import { authenticate } from "./authenticate";

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

  app.route<{ Params: WorkspaceParams }>({
    ...description().route("listWebhooks"),
    handler: ({ params }) => success(store.list(params.workspaceId).map(show)),
  });

  app.route<{ Params: WorkspaceParams; Body: WebhookBody }>({
    ...description().route("createWebhook", settings.unknownFields),
    handler: ({ params, body }) => {
      checkWebhookBody(body, settings);
      checkUniqueUrl(context, params.workspaceId, body.url);
      return success(show(store.create(params.workspaceId, body)));
    },
  });

  app.route<{ Params: WebhookParams }>({
    ...description().route("getWebhook"),
    handler: ({ params }) => success(show(requireWebhook(context, params))),
  });

  app.route<{ Params: WebhookParams; Body: WebhookBody }>({
    ...description().route("updateWebhook", settings.unknownFields),
    handler: ({ params, body }) => {
      const webhook = requireWebhook(context, params);
      checkWebhookBody(body, settings);
      checkUniqueUrl(context, params.workspaceId, body.url, webhook.id);
      return success(show(store.replace(webhook, body)));
    },
  });

  app.route<{ Params: WebhookParams }>({
    ...description().route("deleteWebhook"),
    handler: ({ params }, reply) => {
      store.delete(requireWebhook(context, params));
      reply.code(settings.deleteStatus);
      return settings.deleteStatus === 204 ? reply.send() : reply.send(success(null));
    },
  });
}

/** @throws ApiError 409 when another webhook of the workspace has the URL, and that isn't wanted. */
function checkUniqueUrl(
  { store, settings }: Context,
  workspaceId: string,
  url: string,
  ownId?: string,
): void {
  if (!settings.uniqueUrls) {
    return;
  }
  const other = store.list(workspaceId).find((webhook) => webhook.url === url && webhook.id !== ownId);
  if (other === undefined) {
    return;
  }
  const message = `The URL is in use by the webhook ${other.id}; a workspace has one webhook for each URL.`;
  throw new ApiError(409, message, [{ field: "url", message: "is in use" }]);
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
