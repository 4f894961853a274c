import * as pulumi from "@pulumi/pulumi";
import { checkInstallation } from "../dynamic/installation";
import { stub, typeToken } from "../dynamic/stub";
import type { EventTest } from "../up42/model";
import { shortenTraces } from "./traces";
import type { Webhook } from "./webhook";

/** The arguments of a {@link WebhookTest}. */
export interface WebhookTestArgs {
  /** The webhook to test. It is tested again whenever it changes. Give this or `webhookId`. */
  webhook?: Webhook | undefined;
  /** The id of a webhook that this program does not hold. Give this or `webhook`. */
  webhookId?: pulumi.Input<string> | undefined;
  /** Default: the webhook's, else the configuration's `workspaceId`, else the workspace of the account. */
  workspaceId?: pulumi.Input<string> | undefined;
  /** Which events to test. Default, or when empty: every event that the webhook subscribes to. */
  eventNames?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** The test runs again when any of these values changes, for instance the version of the receiver. */
  triggers?: pulumi.Input<unknown[]> | undefined;
  /** Whether to test on every `pulumi up`. Default: `false`. */
  alwaysRun?: pulumi.Input<boolean> | undefined;
  /** How long to repeat what fails, in seconds: receivers are often deployed in the same `up`. Default: 60. */
  timeoutSeconds?: pulumi.Input<number> | undefined;
  /** Which account: reads the configuration `up42-<profile>:…`. Default: the webhook's. */
  profile?: pulumi.Input<string> | undefined;
}

/**
 * A post-deploy check: lets UP42 send a test notification for each event, and fails the deployment, with UP42's own
 * words, when one does not arrive. What depends on it waits for it. A test that failed runs again on the next `up`.
 *
 * ```ts
 * import { WebhookTest } from "pulumi-up42";
 *
 * const test = new WebhookTest("orders", { webhook });
 * ```
 */
export class WebhookTest extends pulumi.CustomResource {
  /** The resource's type, by which policy packs find it: `validateResourceOfType(WebhookTest, …)`. */
  static readonly __pulumiType: string = typeToken("WebhookTest");

  /** The webhook that was tested. */
  declare readonly webhookId: pulumi.Output<string>;
  /** Its workspace. */
  declare readonly workspaceId: pulumi.Output<string>;
  /** When the last run started; ISO 8601. */
  declare readonly startedAt: pulumi.Output<string>;
  /** How many events were tested. */
  declare readonly testsRun: pulumi.Output<number>;
  /** How many of them arrived. */
  declare readonly testsSucceeded: pulumi.Output<number>;
  /** How many did not; 0, or the deployment has failed. */
  declare readonly testsFailed: pulumi.Output<number>;
  /** The result for each event. */
  declare readonly tests: pulumi.Output<EventTest[]>;

  /**
   * Declares a test that runs in the deployment.
   *
   * @param name The name of the resource in this program.
   * @param args What to test, and when again.
   * @param opts Pulumi's resource options.
   */
  constructor(name: string, args: WebhookTestArgs, opts: pulumi.CustomResourceOptions = {}) {
    checkInstallation();
    const outputs = {
      startedAt: undefined,
      testsRun: undefined,
      testsSucceeded: undefined,
      testsFailed: undefined,
      tests: undefined,
    };
    const webhook = args?.webhook;
    const inputs = {
      ...args,
      webhook: webhook === undefined ? undefined : tested(webhook),
      webhookId: args?.webhookId,
      workspaceId: args?.workspaceId,
      profile: args?.profile ?? webhook?.profile,
    };
    const restoreTraces = shortenTraces();
    try {
      super(typeToken("WebhookTest"), name, { ...inputs, ...outputs, __provider: stub("webhookTest") }, opts);
    } finally {
      restoreTraces();
    }
  }
}

/** What of a webhook, when it changes, makes a new test necessary (a new secret shows in `updatedAt`), and its name. */
function tested({ id, name, workspaceId, url, events, active, updatedAt }: Webhook): pulumi.Inputs {
  return { id, name, workspaceId, url, events, active, updatedAt };
}
