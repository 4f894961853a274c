import { type ErrorCode, Up42Error } from "./up42-error";

/**
 * No answer of UP42's came back: refused, unreachable, reset, timed out, or a proxy that lets nothing through.
 * `sent` is "no" when the request certainly never left, so that even a POST may be repeated; `final` when another
 * try cannot help (a certificate that is not trusted).
 */
export class TransportError extends Up42Error {
  readonly sent: "no" | "maybe";
  readonly final: boolean;

  constructor(
    message: string,
    outcome: { readonly sent: "no" | "maybe"; readonly final?: boolean },
    options: ErrorOptions & { readonly code?: ErrorCode; readonly nextStep?: string } = {},
  ) {
    super(message, { code: "network", ...options });
    this.sent = outcome.sent;
    this.final = outcome.final ?? false;
  }
}
