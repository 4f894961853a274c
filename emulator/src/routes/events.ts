import type { FastifyInstance } from "fastify";
import type { Context } from "../context";
import { description } from "../description";
import { success } from "../envelope";

/** The events that exist. UP42 answers this without authentication. */
export function eventRoutes(app: FastifyInstance, { settings }: Context): void {
  app.route({ ...description().route("getWebhookEvents"), handler: () => success(settings.events) });
}
