import { Up42Error } from "./up42Error";

/** The configuration is missing something, contradicts itself, or has a value that cannot be used. */
export class ConfigError extends Up42Error {}
