/** Fields that UP42 sends beyond the documented ones are kept. */
interface Extensible {
  readonly [field: string]: unknown;
}

interface Envelope extends Extensible {
  /** False for a test notification, as `POST …/webhooks/{id}/tests` sends. */
  readonly liveMode: boolean;
  /** Names the notification: the same one sent again has the same id. */
  readonly messageId: string;
  /** When the notification was made, ISO 8601. */
  readonly timestamp: string;
}

/** Statuses of a job that UP42 mentions; others may come. */
export type JobStatus =
  | "NOT_STARTED"
  | "PENDING"
  | "RUNNING"
  | "SUCCEEDED"
  | "FAILED"
  | "ERROR"
  | "CANCELLED"
  | OtherText;

/** Statuses of an order that UP42 mentions; others may come. */
export type OrderStatus = "FULFILLED" | "FAILED PERMANENTLY" | OtherText;

/** Any other string; lets editors suggest the known ones. */
type OtherText = string & Record<never, never>;

/** One task of a job. */
export interface JobTask extends Extensible {
  readonly id: string;
  readonly status: JobStatus;
  /** ISO 8601; null as long as the task hasn't started. */
  readonly startedAt: string | null;
  /** ISO 8601; null as long as the task hasn't finished. */
  readonly finishedAt: string | null;
}

/** A job changed its status. */
export interface JobStatusNotification extends Envelope {
  readonly event: "job.status";
  readonly body: JobStatusBody;
}

/** What `job.status` tells. */
export interface JobStatusBody extends Extensible {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly tasks: readonly JobTask[];
  /** ISO 8601; null as long as the job hasn't started. */
  readonly startedAt: string | null;
  /** ISO 8601; null as long as the job hasn't finished. */
  readonly finishedAt: string | null;
}

/** An order was completed, successfully or not. */
export interface OrderStatusNotification extends Envelope {
  readonly event: "order.status";
  readonly body: OrderStatusBody;
}

/** What `order.status` tells. UP42 documents no more than the status; whatever else comes is kept. */
export interface OrderStatusBody extends Extensible {
  readonly status: OrderStatus;
}

declare const unknownEvent: unique symbol;
/**
 * The name of an event that this version doesn't know: any string. Assign it to a `string` to compare it.
 *
 * For the compiler it is one text of its own and not `string`, as otherwise comparing `event` with a known name would
 * not rule out an unknown notification.
 */
export type UnknownEventName = "(unknown event)" & { readonly [unknownEvent]: true };

/** A notification of an event that this version doesn't know, as it came. */
export interface UnknownNotification extends Envelope {
  readonly event: UnknownEventName;
  readonly body: unknown;
}

/** A notification from UP42; `event` tells which one it is. */
export type Notification = JobStatusNotification | OrderStatusNotification | UnknownNotification;
