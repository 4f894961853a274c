import { canary } from "../support/secrets";
import type { Properties } from "./host";
import type { Random } from "./random";
import type { Program } from "./stack";

const EVENTS = [["job.status"], ["order.status"], ["job.status", "order.status"]] as const;

/** Nobody listens there: a test of a webhook fails at once. */
const RECEIVER = "http://127.0.0.1:9";

/** The label of webhooks that are identical on purpose. */
export const DELIBERATE_TWIN = "webhook-twin";

/** Another owner's webhook in the same workspace, which nobody may touch; it shares a name with ours. */
export const BYSTANDER: Properties = {
  name: nameOf("webhook-1"),
  url: `${RECEIVER}/of-another-owner`,
  events: ["order.status"],
  active: true,
};

/** Up to five webhooks, some with secrets, some of them identical on purpose. */
export function drawProgram(random: Random): Program {
  const program = new Map<string, Properties>();
  for (let index = random.whole(1, 4); index > 0; index -= 1) {
    program.set(`webhook-${index}`, drawWebhook(random, `webhook-${index}`));
  }
  if (random.chance(0.25)) {
    const { ifExists: _, ...twin } = drawWebhook(random, DELIBERATE_TWIN);
    for (let index = random.whole(2, 3); index > 0; index -= 1) {
      program.set(`twin-${index}`, { ...twin, ifExists: "create" });
    }
  }
  return program;
}

/** The same program after a day of work: webhooks removed, changed and added. */
export function changeProgram(random: Random, program: Program): Program {
  const changed = new Map<string, Properties>();
  for (const [resource, webhook] of program) {
    if (random.chance(0.2)) {
      continue;
    }
    changed.set(resource, random.chance(0.6) ? changeWebhook(random, webhook) : webhook);
  }
  return changed.set("added", drawWebhook(random, "webhook-added"));
}

export function changeWebhook(random: Random, webhook: Properties): Properties {
  return { ...webhook, active: webhook.active !== true, events: [...random.pick(EVENTS)] };
}

export function drawWebhook(random: Random, label: string): Properties {
  return {
    name: nameOf(label),
    url: `${RECEIVER}/${label}`,
    events: [...random.pick(EVENTS)],
    active: random.chance(0.5),
    ...(random.chance(0.6) ? { secret: canary(label) } : {}),
    ...(random.chance(0.3) ? { ifExists: "adopt" } : {}),
  };
}

/** Long enough for a server to cut it. */
function nameOf(label: string): string {
  return `${label} of the fault suite`;
}
