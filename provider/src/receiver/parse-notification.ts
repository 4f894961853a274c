import type { JobStatusBody, JobTask, Notification, OrderStatusBody, UnknownEventName } from "./notification";
import { NotificationError } from "./notification-error";

// By hand and not with a schema library, which would triple the time the receiver takes to load.

type Fields = { readonly [field: string]: unknown };

/** Longer ids than this are no ids, and would fill a replay store. UP42 sends UUIDs. */
const MAX_MESSAGE_ID_LENGTH = 256;

/**
 * Parses the body of a request into a notification.
 *
 * @throws NotificationError `malformed_body` if it isn't JSON, `unexpected_body` if a documented field is missing.
 */
export function parseNotification(body: Uint8Array): Notification {
  const fields = object(parseJson(body), "The body");
  const envelope = {
    ...fields,
    liveMode: boolean(fields, "liveMode"),
    messageId: messageId(fields),
    timestamp: text(fields, "timestamp"),
  };
  const event = text(fields, "event");
  if (event === "job.status") {
    return { ...envelope, event, body: jobStatus(object(fields.body, "body")) };
  }
  if (event === "order.status") {
    return { ...envelope, event, body: orderStatus(object(fields.body, "body")) };
  }
  if (!isUnknownEvent(event)) {
    throw unexpected("event", "handled"); // for the compiler: every known name was handled
  }
  return { ...envelope, event, body: fields.body };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    // What the parser says is not passed on, as it quotes the body.
    throw new NotificationError(
      "malformed_body",
      "The body is not JSON in UTF-8: check that the receiver reads it whole, and that nothing on the way changes it.",
    );
  }
}

function isUnknownEvent(event: string): event is UnknownEventName {
  return event !== "job.status" && event !== "order.status";
}

function jobStatus(fields: Fields): JobStatusBody {
  return {
    ...fields,
    jobId: text(fields, "jobId", "body."),
    status: text(fields, "status", "body."),
    tasks: tasks(fields.tasks),
    ...times(fields, "body."),
  };
}

function orderStatus(fields: Fields): OrderStatusBody {
  return { ...fields, status: text(fields, "status", "body.") };
}

function tasks(value: unknown): readonly JobTask[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw unexpected("body.tasks", "an array");
  }
  return value.map((item: unknown, index) => {
    const path = `body.tasks[${index}].`;
    const fields = object(item, path.slice(0, -1));
    return {
      ...fields,
      id: text(fields, "id", path),
      status: text(fields, "status", path),
      ...times(fields, path),
    };
  });
}

function times(fields: Fields, path: string): Pick<JobTask, "startedAt" | "finishedAt"> {
  return { startedAt: time(fields, "startedAt", path), finishedAt: time(fields, "finishedAt", path) };
}

function time(fields: Fields, field: string, path: string): string | null {
  const value = fields[field];
  return value === undefined || value === null ? null : text(fields, field, path);
}

function messageId(fields: Fields): string {
  const value = text(fields, "messageId");
  if (value.length > MAX_MESSAGE_ID_LENGTH) {
    throw unexpected("messageId", `at most ${MAX_MESSAGE_ID_LENGTH} characters long`);
  }
  return value;
}

function text(fields: Fields, field: string, path = ""): string {
  const value = fields[field];
  if (typeof value !== "string" || value === "") {
    throw unexpected(`${path}${field}`, "a string that is not empty");
  }
  return value;
}

function boolean(fields: Fields, field: string): boolean {
  const value = fields[field];
  if (typeof value !== "boolean") {
    throw unexpected(field, "true or false");
  }
  return value;
}

function object(value: unknown, name: string): Fields {
  if (!isObject(value)) {
    throw unexpected(name, "an object");
  }
  return value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unexpected(field: string, expected: string): NotificationError {
  return new NotificationError(
    "unexpected_body",
    `The request is signed with your secret, but not a notification as UP42 documents it: ${field} is not ${expected}.` +
      " If UP42 sent it, look for a newer version of pulumi-up42.",
  );
}
