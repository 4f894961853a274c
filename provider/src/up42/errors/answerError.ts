import { Up42Error } from "./up42Error";

/** UP42 reported success, but its answer could not be understood: not JSON, cut off, too large, or without an id. */
export class AnswerError extends Up42Error {}
