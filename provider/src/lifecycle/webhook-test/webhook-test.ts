import { randomUUID } from "node:crypto";
import { Up42Error } from "../../up42/errors";
import { compact, type Properties, parseState } from "../properties";
import { type Call, PartialFailure, type ResourceLifecycle } from "../resource";
import { checkWebhookTest } from "./check";
import { diffWebhookTest } from "./diff";
import { webhookTestInputs, webhookTestState } from "./fields";
import { FailedTestError, runWebhookTest } from "./run";

/** The `WebhookTest` resource: properties in, properties out. */
export const webhookTestLifecycle: ResourceLifecycle = {
  async check(call, olds, news) {
    call.sessions.claims.calls.touch();
    return await checkWebhookTest(call, olds, news);
  },

  async diff(_call, _id, olds, news) {
    await Promise.resolve();
    return diffWebhookTest(parseState(webhookTestState, olds, "the webhook test"), news);
  },

  /** The id is nothing at UP42, only in the stack. */
  async create(call, inputs) {
    const id = randomUUID();
    return { id, properties: await run(call, id, inputs) };
  },

  async update(call, id, _olds, news) {
    return await run(call, id, news);
  },

  /** A test that was run stays what it was; it has nothing at UP42 that could change, or be imported. */
  async read(_call, id, properties) {
    await Promise.resolve();
    if (properties.webhookId === undefined) {
      throw new Up42Error(
        `Failed to import webhook test ${id}: UP42 keeps no tests. Leave it out of the import; \`pulumi up\` runs it.`,
        { isComplete: true },
      );
    }
    return { id, properties };
  },

  /** Nor is there anything to delete. */
  async delete() {
    await Promise.resolve();
  },
};

async function run(call: Call, id: string, properties: Properties): Promise<Properties> {
  const inputs = parseState(webhookTestInputs, properties, "the webhook test");
  try {
    const outcome = await runWebhookTest(call.sessions.for(inputs.profile), call, inputs);
    return { ...compact(inputs), ...outcome };
  } catch (error) {
    if (error instanceof FailedTestError) {
      const partial = { ...compact(inputs), ...error.outcome };
      throw new PartialFailure(id, partial, [error.message], { cause: error });
    }
    throw error;
  }
}
