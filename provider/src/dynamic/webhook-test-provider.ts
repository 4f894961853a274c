import { type WebhookTestInputs, webhookTestInputs, webhookTestState } from "../lifecycle/fields";
import { type Bag, compact, parseState } from "../lifecycle/properties";
import {
  checkWebhookTest,
  diffWebhookTest,
  FailedTestError,
  newTestId,
  runWebhookTest,
} from "../lifecycle/webhook-test/webhook-test";
import { InitializationError, withoutTrace } from "./initialization-error";
import type { DynamicProvider } from "./provider";
import { configureSessions, sessionFor } from "./sessions";

const inputsOf = (bag: Bag): WebhookTestInputs => parseState(webhookTestInputs, bag, "the webhook test");

/** The `WebhookTest` resource as Pulumi's dynamic host calls it: bags in, bags out. */
export const webhookTestProvider: DynamicProvider = {
  async configure({ config }) {
    await Promise.resolve();
    configureSessions((key) => config.get(key));
  },

  async check(olds, news) {
    return await withoutTrace(checkWebhookTest(() => sessionFor(news.profile), olds, news));
  },

  async diff(_id, olds, news) {
    const state = Promise.resolve(olds).then((bag) => parseState(webhookTestState, bag, "the webhook test"));
    return await withoutTrace(state.then((old) => diffWebhookTest(old, news)));
  },

  async create(inputs) {
    const id = newTestId();
    return { id, outs: await run(id, inputs) };
  },

  async update(id, _olds, news) {
    return { outs: await run(id, news) };
  },

  /** A test that was run stays what it was; it has nothing at UP42 that could change. */
  async read(id, props) {
    return await Promise.resolve({ id, props });
  },

  /** Nor is there anything to delete. */
  async delete() {
    await Promise.resolve();
  },
};

async function run(id: string, bag: Bag): Promise<Bag> {
  const inputs = inputsOf(bag);
  try {
    return { ...compact(inputs), ...(await runWebhookTest(sessionFor(inputs.profile), inputs)) };
  } catch (error) {
    if (error instanceof FailedTestError) {
      const outs = { ...compact(inputs), ...error.outcome };
      throw new InitializationError(error, id, bag, outs, error.reasons);
    }
    throw error;
  }
}
