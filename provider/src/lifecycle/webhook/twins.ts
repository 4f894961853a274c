import type { RemoteWebhook, WebhookSpec } from "../../up42/model";
import type { Operation } from "../../up42/operation";
import type { Workspace } from "../workspace";
import { sameIdentity, similarIdentity } from "./compare";

type Identity = Pick<WebhookSpec, "name" | "url">;

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
