import type { Context } from "./context";
import type { StartedDelivery } from "./deliveries";
import { ApiError } from "./envelope";
import { eventNames, type StoredWebhook } from "./model";
import { createNotification } from "./notification";

/** Something that happens at UP42 and that its webhooks report. */
export interface TriggerRequest {
  /** The event's name, such as `order.status`. */
  readonly event: string;
  /** The `status` in the notification's body, such as `FULFILLED`. Default: the sample's. */
  readonly status?: string | undefined;
  /** Where it happens. Default: in every workspace. */
  readonly workspaceId?: string | undefined;
  /** Further fields of the notification's body, in the place of the sample's. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Sends a live notification to every active webhook that is subscribed to the event.
 * @throws ApiError 400 when there is no such event.
 */
export function trigger(
  { settings, store, deliveries }: Context,
  request: TriggerRequest,
): StartedDelivery[] {
  const { event, status, workspaceId, body } = request;
  const known = settings.events.map(({ name }) => name);
  if (!known.includes(event)) {
    const message = `${JSON.stringify(event)} isn't one of ${known.join(", ")}`;
    throw new ApiError(400, `There is no such event: ${message}.`, [{ field: "event", message }]);
  }
  const changes = { ...body, ...(status === undefined ? {} : { status }) };
  const targets = store.list(workspaceId).filter((webhook) => isSubscribed(webhook, event));
  return targets.map((webhook) => deliveries.start(webhook, createNotification(event, true, changes)));
}

/**
 * Sends a notification again, as it was and with the same message id, to where its webhook points now.
 * @throws ApiError 404 when the delivery isn't known, 409 when its webhook is gone.
 */
export function repeat({ store, deliveries }: Context, id: string): StartedDelivery {
  const delivery = deliveries.get(id);
  if (delivery === undefined) {
    throw new ApiError(404, `There is no delivery ${id}; only the newest are kept.`);
  }
  const webhook = store.get(delivery.workspaceId, delivery.webhookId);
  if (webhook === undefined) {
    throw new ApiError(409, `The delivery can't be repeated: its webhook ${delivery.webhookId} is gone.`);
  }
  return deliveries.start(webhook, delivery.notification, delivery.id);
}

function isSubscribed({ active, events }: StoredWebhook, event: string): boolean {
  return active && eventNames(events).includes(event);
}
