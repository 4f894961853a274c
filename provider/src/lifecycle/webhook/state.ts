import * as v from "valibot";
import type { RemoteWebhook, WebhookSpec } from "../../up42/webhook";
import type { Properties } from "../properties";
import { isConcealed, sameTime } from "./compare";
import { type Answered, answered, shownFields, type WebhookInputs, type WebhookState } from "./fields";

/** The body of a create or an update. An empty secret removes the old one; without an old one, none is mentioned. */
export function specOf(inputs: WebhookInputs, hadSecret = false): WebhookSpec {
  const { secret, workspaceId: _workspaceId, profile: _profile, ifExists: _ifExists, ...others } = inputs;
  const { removeSecret: _removeSecret, ...spec } = others;
  return { ...spec, secret: secret ?? (hadSecret ? "" : undefined) };
}

/** What the program asks for is the state, however UP42 spells it; its spelling is kept beside it to compare with. */
export function stateOf(inputs: WebhookInputs, remote: RemoteWebhook): WebhookState {
  const { createdAt, updatedAt } = remote;
  const spelling = answeredOf(inputs, remote);
  const isSame = Object.keys(spelling).length === 0;
  return { ...inputs, createdAt, updatedAt, ...(isSame ? {} : { answered: spelling }) };
}

function answeredOf(inputs: Properties, remote: RemoteWebhook): Answered {
  return shownWhere(remote, (value, { name, sameSpelling }) => !sameSpelling(inputs[name], value));
}

/** The fields that UP42 shows, as far as they are looked for. */
function shownWhere(
  remote: Properties,
  isWanted: (value: unknown, field: (typeof shownFields)[number]) => boolean,
): Answered {
  const wanted = shownFields.filter((field) => isWanted(remote[field.name], field));
  return v.parse(answered, Object.fromEntries(wanted.map(({ name }) => [name, remote[name]])));
}

/** Whether the webhook was written since the entry with this state last saw it. */
export function hasMoved(state: WebhookState, remote: RemoteWebhook): boolean {
  return state.updatedAt === "" || !sameTime(remote.updatedAt, state.updatedAt);
}

/** The state after a look at UP42: what differs from the program and from what UP42 answered then. */
export function refreshed(state: WebhookState, remote: RemoteWebhook): WebhookState {
  const known: readonly Properties[] = [state, state.answered ?? {}];
  const drift = shownWhere(remote, (value, { name, same }) => !known.some((one) => same(one[name], value)));
  const { secret: _, ...withoutSecret } = state;
  const secret = refreshedSecret(state, remote);
  return {
    ...withoutSecret,
    ...drift,
    ...(secret === undefined ? {} : { secret }),
    createdAt: remote.createdAt,
    updatedAt: hasMoved(state, remote) ? remote.updatedAt : state.updatedAt,
  };
}

/**
 * A secret that differs although nobody has written the webhook since we did is UP42's way of hiding it. After a
 * write, only the same secret in clear counts as unchanged: anything else may have been removed or replaced, and the
 * next update sets it again.
 */
function refreshedSecret(state: WebhookState, remote: RemoteWebhook): string | undefined {
  if (!hasMoved(state, remote) || remote.secret === state.secret) {
    return state.secret;
  }
  // A mask says that there is a secret, which matters only where there should be none.
  return isConcealed(remote.secret) && state.secret !== undefined ? undefined : remote.secret;
}
