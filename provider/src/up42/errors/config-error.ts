import { Up42Error } from "./up42-error";

/** The configuration lacks something, contradicts itself, or has a value that cannot be used. */
export class ConfigError extends Up42Error {
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, code: "config" });
  }
}
