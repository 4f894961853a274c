import { type ErrorCode, Up42Error } from "./up42-error";

/** UP42 refused the credentials. The same ones would be refused again, so it is never retried. */
export class CredentialsError extends Up42Error {
  constructor(message: string, code: ErrorCode = "credentials", options: ErrorOptions = {}) {
    super(message, { ...options, code });
  }
}
