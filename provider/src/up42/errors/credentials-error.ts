import { Up42Error } from "./up42Error";

/** UP42 refused the credentials. Asking again with the same ones is pointless, so it is never retried. */
export class CredentialsError extends Up42Error {}
