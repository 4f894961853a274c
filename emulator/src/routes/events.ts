import type { FastifyInstance } from "fastify";
import type { Context } from "../context";
import { success } from "../envelope";
import { allowOnly } from "./endpoint";

/** The events that exist. UP42 answers this without authentication. */
export function eventRoutes(app: FastifyInstance, { settings }: Context): void {
  app.get("/webhooks/events", () => success(settings.events));
  allowOnly(app, "/webhooks/events", ["GET"]);
}
