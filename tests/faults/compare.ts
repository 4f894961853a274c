import type { StoredWebhook } from "up42-emulator";
import type { Program } from "./engine";
import { BYSTANDER } from "./scenario";

/** What is wrong, a line each. */
export interface Findings {
  readonly lost: string[];
  readonly duplicated: string[];
  readonly orphaned: string[];
  readonly leaked: string[];
  /** Why the run did not get to its end: a defect of the suite, or of what it runs. */
  readonly broken: string[];
}

export function noFindings(): Findings {
  return { lost: [], duplicated: [], orphaned: [], leaked: [], broken: [] };
}

/** One run that breaks must not take the others along: it fails, and they go on. */
export async function carryOut(findings: Findings, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    findings.broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** Compares what the program asks for, what Pulumi recorded, and what UP42 has. */
export function compare(
  program: Program,
  state: ReadonlyMap<string, { readonly id: string }>,
  webhooks: readonly StoredWebhook[],
  findings: Findings,
): void {
  const unclaimed = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
  const bystander = webhooks.find((webhook) => spell(webhook) === spell(BYSTANDER));
  if (bystander === undefined) findings.lost.push("the webhook of somebody else was touched");
  else unclaimed.delete(bystander.id);

  for (const [resource, wanted] of program) {
    const id = state.get(resource)?.id ?? "nothing";
    const webhook = unclaimed.get(id);
    if (webhook === undefined) findings.lost.push(`${resource}: ${id} is not at UP42`);
    else if (spell(webhook) !== spell(wanted)) findings.lost.push(`${resource}: ${id} is not as asked for`);
    unclaimed.delete(id);
  }
  for (const resource of state.keys()) {
    if (!program.has(resource)) findings.lost.push(`${resource} is still in the state`);
  }
  for (const { id, name } of unclaimed.values()) {
    const isDouble = [...program.values()].some((wanted) => wanted.name === name);
    (isDouble ? findings.duplicated : findings.orphaned).push(`${id} ("${name}") belongs to no resource`);
  }
}

function spell(of: { readonly [key: string]: unknown } | StoredWebhook): string {
  const { name, url, active, events, secret = "" } = of;
  return JSON.stringify([name, url, active, Array.isArray(events) ? [...events].sort() : events, secret]);
}
