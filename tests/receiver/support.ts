import {
  NotificationError,
  type NotificationErrorCode,
  type NotificationRequest,
  type VerifyOptions,
  verifyNotification,
} from "../../provider/src/receiver";
import { type SignedRequest, type SignOptions, sign } from "./sign";

/** The time at which the tests play, in Unix seconds. */
export const NOW = 1_645_197_140;
export const SECRET = "QWZTFnMEXhqZKNmu";

/** The notification of UP42's documentation. */
export const JOB_STATUS = {
  event: "job.status",
  liveMode: false,
  messageId: "377669ea-5521-416a-976a-8e290466f7fb",
  timestamp: "2022-02-18T15:12:18.672945Z",
  body: {
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
};

export const OPTIONS = { secret: SECRET, now: () => NOW * 1000 };

/** A good request, but for what is changed. */
export function signed(changes: Partial<SignOptions> = {}): SignedRequest {
  return sign({
    secret: SECRET,
    body: JSON.stringify(JOB_STATUS),
    digest: "digest",
    created: NOW,
    ...changes,
  });
}

/** The error that a request is refused with; fails if it is accepted, or if anything else is thrown. */
export function refusal(request: NotificationRequest, options: VerifyOptions = OPTIONS): NotificationError {
  try {
    verifyNotification(request, options);
  } catch (error) {
    if (error instanceof NotificationError) {
      return error;
    }
    throw error;
  }
  throw new Error("The request was accepted.");
}

/** The code that a request is refused with. */
export function codeOf(
  request: NotificationRequest,
  options: VerifyOptions = OPTIONS,
): NotificationErrorCode {
  return refusal(request, options).code;
}
