import type { RemoteWebhook, WebhookSpec } from "../../up42/model";
import { compact } from "../properties";
import { isConcealed, sameEvents, sameTime, sameUrl } from "./compare";
import type { Answered, WebhookInputs, WebhookState } from "./fields";

/** The body of a create or an update. An empty secret removes the old one; without an old one, none is mentioned. */
export function specOf(inputs: WebhookInputs, hadSecret = false): WebhookSpec {
  const { name, url, events, active } = inputs;
  const secret = inputs.secret ?? (hadSecret ? "" : undefined);
  return { name, url, events, active, secret };
}

/** What the program asks for is the state, however UP42 spells it; its spelling is kept beside it to compare with. */
export function stateOf(inputs: WebhookInputs, remote: RemoteWebhook): WebhookState {
  const { createdAt, updatedAt } = remote;
  const answered = answeredOf(inputs, remote);
  return { ...inputs, createdAt, updatedAt, ...(answered === undefined ? {} : { answered }) };
}

function answeredOf(inputs: WebhookInputs, remote: RemoteWebhook): Answered | undefined {
  const answered: Answered = {
    ...(remote.name === inputs.name ? {} : { name: remote.name }),
    ...(sameUrl(remote.url, inputs.url) && hashOf(remote.url) === hashOf(inputs.url)
      ? {}
      : { url: remote.url }),
    ...(sameEvents(remote.events, inputs.events) ? {} : { events: [...remote.events] }),
    ...(remote.active === inputs.active ? {} : { active: remote.active }),
  };
  return Object.keys(answered).length === 0 ? undefined : answered;
}

function hashOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hash : "";
}

/** Whether the webhook was written since the entry with this state last saw it. */
export function hasMoved(state: WebhookState, remote: RemoteWebhook): boolean {
  return state.updatedAt === "" || !sameTime(remote.updatedAt, state.updatedAt);
}

/** The state after a look at UP42: what differs from the program and from what UP42 answered then. */
export function refreshed(state: WebhookState, remote: RemoteWebhook): WebhookState {
  const { answered = {} } = state;
  const drift = compact({
    name: [state.name, answered.name].includes(remote.name) ? undefined : remote.name,
    url: [state.url, answered.url].some((url) => url !== undefined && sameUrl(url, remote.url))
      ? undefined
      : remote.url,
    events: [state.events, answered.events].some(
      (events) => events !== undefined && sameEvents(events, remote.events),
    )
      ? undefined
      : [...remote.events],
    active: [state.active, answered.active].includes(remote.active) ? undefined : remote.active,
  });
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
