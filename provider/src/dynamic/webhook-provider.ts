import { type WebhookInputs, type WebhookState, webhookInputs, webhookState } from "../lifecycle/fields";
import { type Bag, compact, parseState } from "../lifecycle/properties";
import { checkWebhook, resolveWorkspaceId } from "../lifecycle/webhook/check";
import { TwinError } from "../lifecycle/webhook/create-once";
import {
  createWebhook,
  deleteWebhook,
  diffWebhook,
  getWebhook,
  readWebhook,
  updateWebhook,
} from "../lifecycle/webhook/webhook";
import { InitializationError, withoutTrace } from "./initialization-error";
import type { DynamicProvider } from "./provider";
import { configureSessions, sessionFor } from "./sessions";

const inputsOf = (bag: Bag): WebhookInputs => parseState(webhookInputs, bag, "the webhook");
const stateOf = (id: string, bag: Bag): WebhookState => parseState(webhookState, bag, `webhook ${id}`);

/** The `Webhook` resource as Pulumi's dynamic host calls it: bags in, bags out. */
export const webhookProvider: DynamicProvider = {
  async configure({ config }) {
    await Promise.resolve();
    configureSessions((key) => config.get(key));
  },

  async check(olds, news) {
    return await withoutTrace(checkWebhook(() => sessionFor(news.profile), olds, news));
  },

  async diff(id, olds, news) {
    return await withoutTrace(diff(id, olds, news));
  },

  async create(bag) {
    const inputs = inputsOf(bag);
    try {
      const { id, state } = await createWebhook(sessionFor(inputs.profile), inputs);
      return { id, outs: compact(state) };
    } catch (error) {
      if (error instanceof TwinError) {
        const { id, createdAt, updatedAt } = error.created;
        const outs = compact({ ...inputs, createdAt, updatedAt });
        throw new InitializationError(error, id, bag, outs, [error.message]);
      }
      throw error;
    }
  },

  async update(id, olds, news) {
    const inputs = inputsOf(news);
    return { outs: compact(await updateWebhook(sessionFor(inputs.profile), id, stateOf(id, olds), inputs)) };
  },

  async read(id, props) {
    const state = await withoutTrace(read(id, props));
    if (state === undefined) {
      return {};
    }
    const { createdAt: _createdAt, updatedAt: _updatedAt, ...inputs } = state;
    return { id, props: compact(state), inputs: compact(inputs) };
  },

  async delete(id, props) {
    const state = stateOf(id, props);
    await withoutTrace(deleteWebhook(sessionFor(state.profile), id, state));
  },
};

async function diff(id: string, olds: Bag, news: Bag) {
  const state = stateOf(id, olds);
  const session = sessionFor(state.profile);
  session.workspace(state.workspaceId).manage(id);
  const difference = await Promise.resolve(diffWebhook(state, news));
  // The engine shows secrets as [secret], old and new: where nothing else differs, it would show no reason.
  if (difference.changes && news.secret !== state.secret) {
    session.report(`Webhook "${state.name}": its secret differs.`);
  }
  return difference;
}

/**
 * A refresh comes with the state; `Webhook.get` only with what the program gave it, and has to find it: the engine
 * takes "gone" for a webhook without properties.
 */
async function read(id: string, props: Bag): Promise<WebhookState | undefined> {
  const session = sessionFor(props.profile);
  if (props.url !== undefined) {
    return await readWebhook(session, id, stateOf(id, props));
  }
  const workspaceId = String(await resolveWorkspaceId(session, {}, props));
  const state = await getWebhook(session, id, workspaceId);
  return typeof props.profile === "string" ? { ...state, profile: props.profile } : state;
}
