import { type LostAnswerError, messageOf, Up42Error } from "../../up42/errors";
import type { RemoteWebhook, WebhookSpec } from "../../up42/webhook";
import { spellTwins } from "./twins";

/** A webhook was created, but a second one may exist that is not provably ours. */
export class TwinError extends Up42Error {
  readonly created: RemoteWebhook;

  constructor(
    message: string,
    created: RemoteWebhook,
    options: ErrorOptions & { readonly nextStep: string },
  ) {
    super(message, options);
    this.created = created;
  }
}

/** How a create ends that may have had an effect, or a second one: the message says where to look. */
export class CreateErrors {
  constructor(
    private readonly spec: WebhookSpec,
    private readonly workspaceId: string,
  ) {}

  /** @param searchError Why nobody knows whether it was created; none when it was looked for and not found. */
  uncertain(error: unknown, searchError?: unknown): Up42Error {
    const searched =
      searchError === undefined
        ? "it was not found afterwards, but UP42 may still create it late"
        : `whether it was created could not be found out either (${messageOf(searchError)})`;
    return new Up42Error(
      `UP42's answer was lost (${messageOf(error)}), and ${searched}. Nothing was recorded in the stack. A webhook with ` +
        `URL ${this.spec.url} may exist in workspace ${this.workspaceId}`,
      {
        cause: error,
        nextStep:
          // Not to adopt at once: what is there by then may be another stack's.
          "Run `pulumi up` again: it looks for the webhook first and names its id if it is there. With " +
          'ifExists: "create", look for it yourself first',
      },
    );
  }

  /** @param found New webhooks, one of which may be it. */
  doubtful(error: LostAnswerError, found: readonly RemoteWebhook[]): Up42Error {
    return new Up42Error(
      `UP42's answer was lost (${error.message}), and workspace ${this.workspaceId} has a new webhook that may be this ` +
        `one or another owner's: ${spellTwins(found, this.spec)}. Nothing was recorded in the stack, nor created again`,
      {
        cause: error,
        nextStep:
          'If it is yours, run `pulumi up` with ifExists: "adopt"; if another stack or a colleague created it, run ' +
          "`pulumi up` again with another name or URL",
      },
    );
  }

  twin(created: RemoteWebhook, doubt: string, cause?: unknown): TwinError {
    return new TwinError(
      `it was created as ${created.id}, but an earlier try whose answer was lost may have created a second one, and ${doubt}`,
      created,
      {
        cause,
        nextStep:
          `Look for a second webhook with this name and URL in workspace ${this.workspaceId}, delete it if it is yours, ` +
          "and run `pulumi up` again",
      },
    );
  }
}
