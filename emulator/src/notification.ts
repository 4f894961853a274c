import { randomUUID } from "node:crypto";
import type { Notification } from "./model";
import { timestamp } from "./time";

type Body = Readonly<Record<string, unknown>>;

/** What the documented notifications are about; the first is UP42's own example. */
const SAMPLES: Readonly<Record<string, Body>> = {
  "job.status": {
    jobId: "FB0DA199-01DF-4635-910D-A823AE7DC200",
    status: "PENDING",
    tasks: [
      {
        id: "FB0DA199-01DF-4635-910D-A823AE7DC201",
        status: "NOT_STARTED",
        startedAt: null,
        finishedAt: null,
      },
    ],
    startedAt: "2021-12-21T10:14:27Z",
    finishedAt: null,
  },
  "order.status": {
    orderId: "6A2F3F4C-7E57-4D0A-9C0B-4B1D7A1F0E42",
    status: "PLACED",
    updatedAt: "2021-12-21T10:14:27Z",
  },
};

/**
 * A new notification of an event, with a message id of its own.
 * @param changes Fields of the body that differ from the sample.
 */
export function createNotification(event: string, liveMode: boolean, changes: Body = {}): Notification {
  return {
    event,
    liveMode,
    messageId: randomUUID(),
    timestamp: timestamp(),
    body: { ...SAMPLES[event], ...changes },
  };
}
