import { Up42Error } from "./up42-error";

/** Pulumi's engine ended while this process still had requests to send: nothing more is sent. */
export class AbandonedError extends Up42Error {
  constructor() {
    super("Pulumi ended before the operation did, so nothing more is sent to UP42", { code: "abandoned" });
  }
}
