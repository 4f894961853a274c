import { ApiError } from "../../up42/errors";
import type { Operation } from "../../up42/operation";
import type { RemoteWebhook } from "../../up42/webhook";
import type { Workspace } from "../workspace";
import { type Identity, sameIdentity, sameUrl, similarIdentity } from "./compare";

/** The webhooks with this name and URL, in any spelling, that were there before this process created any. */
export async function existingTwins(
  workspace: Workspace,
  identity: Identity,
  operation: Operation,
): Promise<readonly RemoteWebhook[]> {
  return [...(await workspace.before(operation)).values()].filter((one) => similarIdentity(one, identity));
}

/** Names webhooks for a message; the spelling only where it differs from the program. */
export function spellTwins(twins: readonly RemoteWebhook[], identity: Identity): string {
  return twins
    .map((twin) => {
      const spelling = sameIdentity(twin, identity) ? "" : ` as "${twin.name}" with ${twin.url}`;
      return `${twin.id} (created ${twin.createdAt}${spelling})`;
    })
    .join(", ");
}

/** UP42's refusal of a URL that other webhooks of the workspace have. */
export interface RefusedUrl {
  /** UP42's words, and the other webhooks, for messages. */
  readonly cause: string;
  readonly others: readonly RemoteWebhook[];
}

/**
 * What stands behind an error, if it is UP42's refusal of a URL that the workspace has already. UP42's console calls
 * URLs unique; whether the API refuses a second one, and with which status, is not documented.
 */
export async function refusedUrl(
  error: unknown,
  workspace: Workspace,
  url: string,
  ownId: string | undefined,
  operation: Operation,
): Promise<RefusedUrl | undefined> {
  if (!(error instanceof ApiError) || !isAboutDuplicates(error)) {
    return undefined;
  }
  const others = [...(await workspace.list(operation)).values()].filter(
    (one) => one.id !== ownId && sameUrl(one.url, url),
  );
  const spelled = others
    .map(({ id, name, createdAt }) => `${id} ("${name}", created ${createdAt})`)
    .join(", ");
  const { status, message } = error.failure;
  return others.length === 0
    ? undefined
    : {
        others,
        cause:
          `workspace ${workspace.id} has a webhook with this URL already, and UP42 takes no second one ` +
          `(HTTP ${status}: ${message.replace(/[.]$/, "")}): ${spelled}`,
      };
}

function isAboutDuplicates({ failure: { isOwn, status, message } }: ApiError): boolean {
  const saysSo = /\b(unique|exists?|duplicate|in use|taken)\b/i.test(message);
  return isOwn && (status === 409 || ([400, 422].includes(status) && saysSo));
}
