import type { RemoteWebhook } from "../up42/webhook";
import { type AccountOptions, listWebhooks, openSession, type Selection, workspaceOf } from "./account";
import { counted, print, printJson, table } from "./output";
import { ownedIds, readStackIfAny } from "./stack";

/** The options of `pulumi-up42 list`. */
export interface ListOptions extends AccountOptions, Pick<Selection, "workspace"> {
  readonly json?: boolean;
}

/** Prints the webhooks of a workspace, and which of them this stack has. It prints no secret. */
export async function showWebhooks(options: ListOptions): Promise<void> {
  const session = await openSession(options);
  const state = await readStackIfAny(options);
  const workspaceId = await workspaceOf(session, options);
  const webhooks = await listWebhooks(session, workspaceId);
  const owned = state && ownedIds(state);
  if (options.json === true) {
    printJson({ workspaceId, webhooks: webhooks.map((webhook) => described(webhook, owned)) });
    return;
  }
  if (webhooks.length === 0) {
    print(`Workspace ${workspaceId} has no webhooks.`);
    return;
  }
  const rows = webhooks.map((webhook) => {
    const { name, url, events, active, signed, id, inStack } = described(webhook, owned);
    const marks = [active, signed, inStack].map((mark) => (mark === null ? "unknown" : mark ? "yes" : "no"));
    const [isActive = "", isSigned = "", isInStack = ""] = marks;
    return [name, url, events.join(", "), isActive, isSigned, isInStack, id];
  });
  print(table(["NAME", "URL", "EVENTS", "ACTIVE", "SIGNED", "IN STACK", "ID"], rows));
  print(`\n${counted(webhooks.length, "webhook")} in workspace ${workspaceId}.`);
}

/** A webhook without its secret. UP42 signs what a webhook with a secret sends. */
function described(
  { secret, ...webhook }: RemoteWebhook,
  owned: ReadonlySet<string> | undefined,
): Omit<RemoteWebhook, "secret"> & { readonly signed: boolean; readonly inStack: boolean | null } {
  return {
    ...webhook,
    signed: secret !== undefined,
    inStack: owned === undefined ? null : owned.has(webhook.id),
  };
}
