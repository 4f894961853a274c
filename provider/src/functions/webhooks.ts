import * as pulumi from "@pulumi/pulumi";
import type { WebhookEvent } from "../up42/model";
import type * as lookup from "./lookup";
import type { GetWebhookArgs, GetWebhookResult, InputsOf, WorkspaceLookup } from "./results";

/** Loaded when it is called: a program that only declares resources does not load an HTTP client. */
const load = (): typeof lookup => require("./lookup");

/**
 * Lists the events that UP42 can notify of, and a webhook can subscribe to.
 *
 * Like all functions here it asks UP42 at once, in a preview too, with the configuration that resources use.
 *
 * @param lookup `profile`: which account to ask with. Default: the one without a profile.
 * @returns What UP42's `GET /webhooks/events` lists.
 * @throws `pulumi.RunError` when the configuration cannot be used or UP42 does not answer.
 */
export async function getWebhookEvents(
  lookup: Pick<WorkspaceLookup, "profile"> = {},
): Promise<WebhookEvent[]> {
  return await load().listEvents(lookup);
}

/**
 * {@link getWebhookEvents}, with inputs and as an output.
 *
 * @param lookup `profile`: which account to ask with. Default: the one without a profile.
 */
export function getWebhookEventsOutput(
  lookup: InputsOf<Pick<WorkspaceLookup, "profile">> = {},
): pulumi.Output<WebhookEvent[]> {
  return pulumi.output(lookup).apply(getWebhookEvents);
}

/**
 * Reads one webhook that exists already, without making it a part of the stack.
 *
 * ```ts
 * import { getWebhook } from "pulumi-up42";
 *
 * const { id } = await getWebhook({ name: "orders" });
 * ```
 *
 * @param lookup Its id, or else its name, its URL or both; and where to look.
 * @throws `pulumi.RunError` when there is no such webhook, or more than one; and as {@link getWebhookEvents}.
 */
export async function getWebhook(lookup: GetWebhookArgs): Promise<GetWebhookResult> {
  return await load().findWebhook(lookup);
}

/**
 * {@link getWebhook}, with inputs and as an output. Pulumi marks an output as a whole: all of it is a secret when the
 * webhook has one. With a name or a URL that comes from a resource, it is unknown in a preview while no webhook has
 * it: a webhook of the same program is not there yet.
 *
 * @param lookup Its id, or else its name, its URL or both; and where to look.
 */
export function getWebhookOutput(
  lookup: InputsOf<GetWebhookArgs>,
): pulumi.Output<pulumi.Unwrap<GetWebhookResult>> {
  const wanted = pulumi.output(lookup);
  const found = wanted.apply((known) => pulumi.output(find(known, wanted)));
  return found.apply(({ webhook }) => {
    if (webhook === undefined) {
      throw new Error("Pulumi has passed on a value that is not known yet.");
    }
    return webhook;
  });
}

/** Pulumi passes on nothing of an object that has a value that is not known. */
async function find(lookup: GetWebhookArgs, wanted: pulumi.Output<unknown>) {
  const isFromResource = (await pulumi.getAllResources(wanted)).size > 0;
  if (!pulumi.runtime.isDryRun() || !isFromResource) {
    return { webhook: await getWebhook(lookup) };
  }
  const webhook = await load().findWebhookIfAny(lookup);
  return webhook === undefined ? { webhook, notYetThere: pulumi.unknown } : { webhook };
}

/**
 * Lists the webhooks of a workspace, sorted by name, without making them a part of the stack.
 *
 * @param lookup Which workspace, and with which account.
 * @throws `pulumi.RunError` as {@link getWebhookEvents}.
 */
export async function getWebhooks(lookup: WorkspaceLookup = {}): Promise<GetWebhookResult[]> {
  return await load().listWebhooks(lookup);
}

/**
 * {@link getWebhooks}, with inputs and as an output. Pulumi marks an output as a whole: all of it is a secret when one
 * of the webhooks has one.
 *
 * @param lookup Which workspace, and with which account.
 */
export function getWebhooksOutput(
  lookup: InputsOf<WorkspaceLookup> = {},
): pulumi.Output<pulumi.Unwrap<GetWebhookResult[]>> {
  return pulumi.output(lookup).apply((known) => pulumi.output(getWebhooks(known)));
}
