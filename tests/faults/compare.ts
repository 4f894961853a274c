import type { StoredWebhook } from "up42-emulator";
import type { WebhookBody } from "../support/up42-account";
import type { Properties } from "./host";
import { DELIBERATE_TWIN } from "./program";
import type { Entry, Program } from "./stack";

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

/** What is there: in the state, at UP42, and of it what is not the stack's. */
export interface Situation {
  readonly entries: readonly Entry[];
  readonly webhooks: readonly StoredWebhook[];
  readonly ofOthers: ReadonlyMap<string, WebhookBody>;
}

/** Compares what the program asks for, what Pulumi recorded, and what UP42 has. */
export function compare(program: Program, situation: Situation, findings: Findings): void {
  const { entries, webhooks, ofOthers } = situation;
  const found = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
  for (const [id, theirs] of ofOthers) {
    const webhook = found.get(id);
    if (webhook === undefined || spell(webhook) !== spell(theirs)) {
      findings.lost.push(`${id} ("${theirs.name}") of another owner was touched`);
    }
  }
  for (const [resource, wanted] of program) {
    const id = entries.find(({ name }) => name === resource)?.id ?? "nothing";
    const webhook = ofOthers.has(id) ? undefined : found.get(id);
    if (webhook === undefined) {
      findings.lost.push(`${resource}: ${id} is not at UP42`);
    } else if (spell(webhook) !== spell(wanted)) {
      findings.lost.push(`${resource}: ${id} is not as asked for`);
    }
  }
  compareEntries(program, entries, findings);
  const claimed = new Set([...ofOthers.keys(), ...entries.map(({ id }) => id)]);
  for (const { id, name } of webhooks.filter((webhook) => !claimed.has(webhook.id))) {
    const isDouble = [...program.values()].some((wanted) => wanted.name === name);
    (isDouble ? findings.duplicated : findings.orphaned).push(`${id} ("${name}") belongs to no resource`);
  }
}

/** After a command with two resources that have one name and URL: they must not both have a webhook. */
export function compareTwins({ entries, webhooks }: Situation, findings: Findings): void {
  const ours = entries.flatMap(({ id }) => webhooks.filter((webhook) => webhook.id === id));
  const spelled = ours.map(({ name, url }) => `${name} at ${url}`);
  const twins = spelled.filter(
    (one, index) => spelled.indexOf(one) < index && !one.includes(DELIBERATE_TWIN),
  );
  findings.duplicated.push(...twins.map((one) => `two resources have ${one}`));
}

function compareEntries(program: Program, entries: readonly Entry[], findings: Findings): void {
  for (const { name, id } of entries) {
    if (!program.has(name)) {
      findings.lost.push(`${name} is still in the state`);
    }
    if (entries.filter((one) => one.id === id).length > 1) {
      findings.duplicated.push(`${id} belongs to several entries`);
    }
  }
}

function spell({ name, url, active, events, secret }: Properties | StoredWebhook | WebhookBody): string {
  const sorted = Array.isArray(events) ? [...events].sort() : events;
  return JSON.stringify([name, url, active, sorted, secret ?? ""]);
}
