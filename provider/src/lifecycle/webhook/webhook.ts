import { Up42Error } from "../../up42/errors";
import type { RemoteWebhook, WebhookSpec } from "../../up42/model";
import type { Operation } from "../../up42/operation";
import type { WebhookInputs, WebhookState } from "../fields";
import { KeyedLock } from "../keyed-lock";
import { type Bag, compact, type Difference, hasUnknown } from "../properties";
import type { Session } from "../session";
import type { Workspace } from "../workspace";
import { isConcealed, sameEvents, sameUrl } from "./compare";
import { createOnce } from "./create-once";

/** Everything else is changed in place, unless the resource option `replaceOnChanges` says otherwise. */
const REPLACED_BY: readonly string[] = ["workspaceId"];

/** Webhooks with the same name and URL are created one after the other, so that lost ones can be told apart. */
const creating = new KeyedLock();

/** What changed between the state and the inputs, by meaning; what is not known yet counts as changed. */
export function diffWebhook(state: WebhookState, news: Bag): Difference {
  const same: Readonly<Record<string, (value: unknown) => boolean>> = {
    name: (value) => value === state.name,
    url: (value) => typeof value === "string" && sameUrl(value, state.url),
    events: (value) => isTexts(value) && sameEvents(value, state.events),
    active: (value) => value === state.active,
    secret: (value) => value === state.secret,
    workspaceId: (value) => value === state.workspaceId,
    profile: (value) => value === state.profile,
  };
  const changed = Object.keys(same).filter((key) => hasUnknown(news[key]) || same[key]?.(news[key]) !== true);
  const replacedBy = [...REPLACED_BY, ...rootsOf(news.__replaceOnChanges)];
  return {
    changes: changed.length > 0,
    replaces: changed.filter((key) => replacedBy.includes(key) || replacedBy.includes("*")),
  };
}

/** The properties that paths such as `events[0]` begin with. */
function rootsOf(paths: unknown): readonly string[] {
  return isTexts(paths) ? paths.map((path) => path.replace(/[.[].*/, "")) : [];
}

/**
 * Brings a webhook into being, exactly one.
 * @throws TwinError when it was created, but perhaps not only once.
 */
export async function createWebhook(
  session: Session,
  inputs: WebhookInputs,
): Promise<{ readonly id: string; readonly state: WebhookState }> {
  const operation = session.operation(`create webhook "${inputs.name}"`);
  const workspace = session.workspace(inputs.workspaceId);
  const key = [inputs.workspaceId, inputs.name, new URL(inputs.url).href].join("\n");
  return await creating.run(key, async () => {
    const existing = await existingFor(inputs, workspace, operation);
    const webhook =
      existing === undefined
        ? await createOnce(workspace, specOf(inputs), operation)
        : await adopt(existing, inputs, workspace, session);
    return { id: webhook.id, state: stateOf(inputs, webhook) };
  });
}

/** Reads a webhook of the stack; undefined when it is gone. What did not change by meaning stays as it was. */
export async function readWebhook(
  session: Session,
  id: string,
  state: WebhookState,
): Promise<WebhookState | undefined> {
  const operation = session.operation(`read webhook ${id} ("${state.name}")`);
  const remote = await session.workspace(state.workspaceId).read(id, operation);
  return remote === undefined ? undefined : drifted(state, remote);
}

/** Reads a webhook that the stack does not own. @throws Up42Error when there is none. */
export async function getWebhook(session: Session, id: string, workspaceId: string): Promise<WebhookState> {
  const remote = await session.workspace(workspaceId).read(id, session.operation(`read webhook ${id}`));
  if (remote === undefined) {
    throw missingWebhook(id, workspaceId);
  }
  return { ...withoutId(remote), workspaceId };
}

/** What to say when somebody asks for a webhook that does not exist. */
export function missingWebhook(id: string, workspaceId: string): Up42Error {
  return new Up42Error(
    `Could not read webhook ${id}: workspace ${workspaceId} has none with this id. Check the id and the workspace ` +
      `(workspaceId, or up42:workspaceId).`,
  );
}

/** Changes a webhook in place. @throws Up42Error when it is gone. */
export async function updateWebhook(
  session: Session,
  id: string,
  olds: WebhookState,
  inputs: WebhookInputs,
): Promise<WebhookState> {
  const operation = session.operation(`update webhook ${id} ("${inputs.name}")`);
  const updated = await session
    .workspace(inputs.workspaceId)
    .update(id, specOf(inputs, olds.secret !== undefined), operation);
  if (updated === undefined) {
    throw new Up42Error(
      `Could not ${operation.what}: it does not exist any more in workspace ${inputs.workspaceId}; somebody deleted it ` +
        `outside of this stack. Run \`pulumi refresh\`, and then \`pulumi up\` to create it anew.`,
    );
  }
  return stateOf(inputs, updated);
}

/**
 * Deletes a webhook; one that is gone already is as good as deleted. One that another resource took over just now,
 * as one does that was renamed in the program, stays: it is that resource's.
 */
export async function deleteWebhook(session: Session, id: string, state: WebhookState): Promise<void> {
  const operation = session.operation(`delete webhook ${id} ("${state.name}")`);
  const workspace = session.workspace(state.workspaceId);
  if (workspace.isTaken(id)) {
    session.report(
      `Webhook ${id} ("${state.name}") stays: another resource of this stack has taken it over.`,
    );
  } else if (!(await workspace.delete(id, operation))) {
    session.report(`Webhook ${id} ("${state.name}") was gone already.`);
  }
}

/** The webhook to take over, if there is one and the user wants that. @throws Up42Error when it is in the way. */
async function existingFor(
  { name, url, workspaceId, ifExists = "error" }: WebhookInputs,
  workspace: Workspace,
  operation: Operation,
): Promise<RemoteWebhook | undefined> {
  const twins = await workspace.twinsBefore({ name, url }, operation);
  const [existing] = twins;
  if (existing === undefined || ifExists === "create") {
    return undefined;
  }
  const found = twins.map((twin) => `${twin.id} (created ${twin.createdAt})`).join(", ");
  const refuse = (waysOut: string): never => {
    throw new Up42Error(
      `Could not ${operation.what}: workspace ${workspaceId} has ${twins.length === 1 ? "a webhook" : `${twins.length} webhooks`} ` +
        `with this name and URL already: ${found}. Another one would send every notification twice, so nothing was ` +
        `created. ${waysOut}`,
    );
  };
  if (twins.some((twin) => workspace.isManaged(twin.id))) {
    return refuse(
      "It belongs to another resource of this stack: give this one another name or URL, or, if that one is being " +
        "renamed or replaced, use the resource option `aliases` or `deleteBeforeReplace`.",
    );
  }
  if (ifExists === "error") {
    return refuse(
      `Ways out: take it over with ifExists: "adopt"; import it with \`npx pulumi-up42 import ${existing.id}\`; delete it ` +
        `at UP42 if it is a left-over; or, if you do want two, say so with ifExists: "create". If it is this stack's ` +
        `own, because this resource was renamed in the program or is being replaced (--target-replace, taint), use the ` +
        `resource option \`aliases\` or \`deleteBeforeReplace\`.`,
    );
  }
  return twins.length === 1
    ? existing
    : refuse("Delete all but one at UP42; that one can then be taken over.");
}

async function adopt(
  existing: RemoteWebhook,
  inputs: WebhookInputs,
  workspace: Workspace,
  session: Session,
): Promise<RemoteWebhook> {
  const operation = session.operation(`take over webhook ${existing.id} ("${inputs.name}")`);
  const adopted = await workspace.update(
    existing.id,
    specOf(inputs, existing.secret !== undefined),
    operation,
  );
  if (adopted === undefined) {
    throw new Up42Error(
      `Could not ${operation.what}: it was deleted meanwhile. Run \`pulumi up\` again to create it.`,
    );
  }
  workspace.take(existing.id);
  session.report(`Webhook "${inputs.name}": took over ${existing.id}, which was there already.`);
  return adopted;
}

/** An empty secret tells UP42 to take the old one away; without an old one, none is mentioned. */
function specOf(inputs: WebhookInputs, hadSecret = false): WebhookSpec {
  const { name, url, events, active } = inputs;
  const secret = inputs.secret ?? (hadSecret ? "" : undefined);
  return { name, url, events, active, secret };
}

/** What we asked for is the truth, however UP42 spells it back; only what UP42 alone knows comes from its answer. */
function stateOf(inputs: WebhookInputs, { createdAt, updatedAt }: RemoteWebhook): WebhookState {
  return { ...inputs, createdAt, updatedAt };
}

function drifted(state: WebhookState, remote: RemoteWebhook): WebhookState {
  const drift = compact({
    name: remote.name === state.name ? undefined : remote.name,
    url: sameUrl(remote.url, state.url) ? undefined : remote.url,
    events: sameEvents(remote.events, state.events) ? undefined : [...remote.events],
    active: remote.active === state.active ? undefined : remote.active,
    secret: secretDrifted(state, remote) ? remote.secret : undefined,
  });
  const hasDrifted = Object.keys(drift).length > 0;
  return hasDrifted
    ? { ...state, ...drift, createdAt: remote.createdAt, updatedAt: remote.updatedAt }
    : state;
}

/**
 * A secret that is not told in clear says nothing; and one that differs although nobody has touched the webhook
 * since we wrote it is UP42's way of hiding it, not a change.
 */
function secretDrifted(state: WebhookState, remote: RemoteWebhook): boolean {
  const touched = state.updatedAt === "" || remote.updatedAt !== state.updatedAt;
  return touched && !isConcealed(remote.secret) && remote.secret !== state.secret;
}

function withoutId({ id: _, events, ...rest }: RemoteWebhook) {
  return { ...rest, events: [...events] };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
