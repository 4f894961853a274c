import type { StoredWebhook } from "up42-emulator";
import type { State } from "./engine";

/** What is wrong, a line each. */
export interface Findings {
  readonly lost: string[];
  readonly doubled: string[];
  readonly orphaned: string[];
  readonly leaked: string[];
}

/** Compares what Pulumi recorded with what UP42 has. */
export function compare(state: State, webhooks: readonly StoredWebhook[], findings: Findings): void {
  const unclaimed = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
  for (const [resource, { id, outputs }] of state) {
    const webhook = unclaimed.get(id);
    unclaimed.delete(id);
    if (webhook === undefined) findings.lost.push(`${resource}: ${id} is not at UP42`);
    else if (spell(webhook) !== spell(outputs))
      findings.lost.push(`${resource}: ${id} differs from the state`);
  }
  for (const { id, name } of unclaimed.values()) {
    const isDouble = [...state.values()].some(({ outputs }) => outputs.name === name);
    (isDouble ? findings.doubled : findings.orphaned).push(`${id} ("${name}") belongs to no resource`);
  }
}

function spell(of: { readonly [key: string]: unknown } | StoredWebhook): string {
  const { name, url, active, events, secret = "" } = of;
  return JSON.stringify([name, url, active, Array.isArray(events) ? [...events].sort() : events, secret]);
}
