import { Up42Error } from "./up42-error";

/** The command ended, or was interrupted, while there were still requests to send: nothing more is sent. */
export class AbandonedError extends Up42Error {
  constructor() {
    super("the command has ended or was interrupted, so nothing more is sent", { code: "abandoned" });
  }
}
