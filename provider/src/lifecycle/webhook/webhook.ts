import { Up42Error } from "../../up42/errors";
import { compact, type Properties, parseState } from "../properties";
import { type Call, PartialFailure, type ReadResult, type ResourceLifecycle } from "../resource";
import { checkWebhook, resolveWorkspaceId } from "./check";
import { createWebhook } from "./create";
import { TwinError } from "./create-errors";
import { deleteWebhook } from "./delete";
import { diffWebhook } from "./diff";
import { type WebhookInputs, type WebhookState, webhookInputs, webhookState } from "./fields";
import { getWebhook, readWebhook } from "./read";
import { stateOf } from "./state";
import { updateWebhook } from "./update";

const inputsOf = (properties: Properties): WebhookInputs =>
  parseState(webhookInputs, properties, "the webhook");
const stateIn = (id: string, properties: Properties): WebhookState =>
  parseState(webhookState, properties, `webhook ${id}`);

/** The `Webhook` resource: properties in, properties out. */
export const webhookLifecycle: ResourceLifecycle = {
  async check(call, olds, news) {
    const { calls } = call.sessions.claims;
    return await calls.during(async () => await checkWebhook(call, olds, news));
  },

  async diff(call, id, olds, news) {
    await Promise.resolve();
    const { claims, redactor } = call.sessions;
    claims.calls.touch();
    const state = stateIn(id, olds);
    redactor.add(state.secret);
    const difference = diffWebhook(state, news);
    if (difference.replaces.length === 0) {
      const claim = { id, updatedAt: state.updatedAt };
      if (claims.isAdopted(claim)) {
        throw sharedWebhook(id, state);
      }
      claims.add(claim);
    }
    if (difference.changed.length === 0) {
      claims.unchanged.set(id, state);
    }
    return difference;
  },

  async create(call, properties) {
    const inputs = inputsOf(properties);
    try {
      const { id, state } = await createWebhook(call.sessions.for(inputs.profile), call, inputs);
      return { id, properties: compact(state) };
    } catch (error) {
      throw partialFailure(error, inputs);
    }
  },

  async read(call, id, properties) {
    const { calls } = call.sessions.claims;
    const state = await calls.during(async () => await read(call, id, properties));
    return state === undefined ? undefined : readResult(id, state);
  },

  async update(call, id, olds, news) {
    const { calls } = call.sessions.claims;
    const inputs = inputsOf(news);
    const session = call.sessions.for(inputs.profile);
    const work = async () => await updateWebhook(session, call, id, stateIn(id, olds), inputs);
    return compact(await calls.during(work));
  },

  async delete(call, id, properties) {
    const { calls } = call.sessions.claims;
    const state = stateIn(id, properties);
    const session = call.sessions.for(state.profile);
    await calls.during(async () => await deleteWebhook(session, call, id, state));
  },
};

/**
 * A refresh comes with the state; `Webhook.get` and an import only with an id and where to look. These have to find
 * it: the engine takes "gone" for a webhook without properties.
 */
async function read(call: Call, id: string, properties: Properties): Promise<WebhookState | undefined> {
  const session = call.sessions.for(properties.profile);
  if (properties.url !== undefined) {
    return await readWebhook(session, call, id, stateIn(id, properties));
  }
  const workspaceId = await session.run(`read webhook ${id}`, call, async (operation) =>
    resolveWorkspaceId(session, {}, properties, operation),
  );
  const state = await getWebhook(session, call, workspaceId, id);
  return typeof properties.profile === "string" ? { ...state, profile: properties.profile } : state;
}

function readResult(id: string, state: WebhookState): ReadResult {
  const { createdAt: _createdAt, updatedAt: _updatedAt, answered: _answered, ...inputs } = state;
  return { id, properties: compact(state), inputs: compact(inputs) };
}

/** A webhook that was created goes into the state, whatever else went wrong. */
function partialFailure(error: unknown, inputs: WebhookInputs): unknown {
  const twin = error instanceof Up42Error && error.cause instanceof TwinError ? error.cause : undefined;
  if (twin === undefined || !(error instanceof Up42Error)) {
    return error;
  }
  const { created } = twin;
  return new PartialFailure(created.id, compact(stateOf(inputs, created)), [error.message], { cause: error });
}

function sharedWebhook(id: string, { name }: WebhookState): Up42Error {
  return new Up42Error(
    `Failed to compare webhook "${name}" (${id}): another resource of this program has just adopted it. Remove one of the ` +
      "two resources from the program and run `pulumi up` again.",
    { isComplete: true },
  );
}
