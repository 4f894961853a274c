import { Up42Error } from "./up42-error";

/** The process that this one works for ended while there were still requests to send: nothing more is sent. */
export class AbandonedError extends Up42Error {
  constructor() {
    super("the process that this one works for has ended, so nothing more is sent", { code: "abandoned" });
  }
}
