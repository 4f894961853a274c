import { Up42Error } from "./up42-error";

/** Pulumi ended, or was interrupted, while there were still requests to send: nothing more is sent. */
export class AbandonedError extends Up42Error {
  constructor() {
    super("Pulumi has ended or was interrupted, so nothing more is sent", { code: "abandoned" });
  }
}
