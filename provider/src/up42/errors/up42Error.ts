/**
 * The base of every error that this package throws on purpose. Its message says what was being done to which
 * resource, what went wrong and what to do next, and never holds a credential or a webhook's secret.
 */
export class Up42Error extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
