import { printable } from "../printable";

/**
 * The base of every error that this package throws on purpose. Its message says what was being done to which
 * resource, what went wrong and what to do next, and never holds a credential or a webhook's secret, nor anything that
 * steers a terminal.
 */
export class Up42Error extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
    this.name = new.target.name;
  }
}
