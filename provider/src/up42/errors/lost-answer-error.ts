import { Up42Error } from "./up42Error";

/**
 * A webhook was asked for with a POST and it cannot be told whether UP42 created it: the answer was lost, was an
 * error of a server or gateway, or could not be understood. POST has no idempotency key, so whoever catches this
 * has to look for the webhook before asking again.
 */
export class LostAnswerError extends Up42Error {}
