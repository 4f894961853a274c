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

/**
 * Statuses of a job or a task that UP42 documents; others may come. `NOT STARTED` and `NOT_STARTED` mean the same: UP42
 * writes both. (The intersection stands for any string, and lets editors suggest the known ones.)
 */
export type JobStatus =
  | "NOT STARTED"
  | "NOT_STARTED"
  | "PENDING"
  | "RUNNING"
  | "SUCCEEDED"
  | "FAILED"
  | "ERROR"
  | "CANCELLED"
  | "CANCELLING"
  | (string & Record<never, never>);

/**
 * Statuses of an order that UP42 documents; others may come, as in {@link JobStatus}. `FAILED PERMANENTLY` and
 * `FAILED_PERMANENTLY` mean the same: UP42's documentation has both.
 */
export type OrderStatus =
  | "CREATED"
  | "BEING_PLACED"
  | "PLACED"
  | "PLACEMENT_FAILED"
  | "BEING_FULFILLED"
  | "DELIVERY_INITIALIZATION_FAILED"
  | "DOWNLOAD_FAILED"
  | "DOWNLOADED"
  | "FULFILLED"
  | "FAILED_PERMANENTLY"
  | "FAILED PERMANENTLY"
  | (string & Record<never, never>);

/** One task of a job. */
export interface JobTask extends Extensible {
  /** The task's id. */
  readonly id: string;
  /** How far the task is. */
  readonly status: JobStatus;
  /** ISO 8601; null as long as the task hasn't started. */
  readonly startedAt: string | null;
  /** ISO 8601; null as long as the task hasn't finished. */
  readonly finishedAt: string | null;
}

/** A job changed its status. */
export interface JobStatusNotification extends Envelope {
  /** Which notification it is. */
  readonly event: "job.status";
  /** Which job, and how far it is. */
  readonly body: JobStatusBody;
}

/** What `job.status` reports. */
export interface JobStatusBody extends Extensible {
  /** The job's id. */
  readonly jobId: string;
  /** How far the job is. */
  readonly status: JobStatus;
  /** What the job consists of. */
  readonly tasks: readonly JobTask[];
  /** ISO 8601; null as long as the job hasn't started. */
  readonly startedAt: string | null;
  /** ISO 8601; null as long as the job hasn't finished. */
  readonly finishedAt: string | null;
}

/** An order was completed, successfully or not. */
export interface OrderStatusNotification extends Envelope {
  /** Which notification it is. */
  readonly event: "order.status";
  /** How far the order is. */
  readonly body: OrderStatusBody;
}

/** What `order.status` reports. UP42 documents no more than the status; whatever else comes is kept. */
export interface OrderStatusBody extends Extensible {
  /** How far the order is. */
  readonly status: OrderStatus;
}

declare const unknownEvent: unique symbol;
/**
 * The name of an event that this version doesn't know: any string. Assign it to a `string` to compare it.
 *
 * For the compiler it is one text of its own and not `string`, as otherwise comparing `event` with a known name would
 * not rule out an unknown notification.
 */
export type UnknownEventName = "(unknown event)" & {
  /** No property that exists: it only keeps this type apart from others. */
  readonly [unknownEvent]: true;
};

/** A notification of an event that this version doesn't know, as it came. */
export interface UnknownNotification extends Envelope {
  /** The event's name. */
  readonly event: UnknownEventName;
  /** Whatever came; not checked. */
  readonly body: unknown;
}

/** A notification from UP42; `event` says which one it is. */
export type Notification = JobStatusNotification | OrderStatusNotification | UnknownNotification;
