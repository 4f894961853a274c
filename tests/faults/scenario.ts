import { canary } from "../support/secrets";
import type { Program } from "./engine";
import type { Properties } from "./host";
import type { Random } from "./random";

const EVENTS = [["job.status"], ["order.status"], ["job.status", "order.status"]] as const;

/** A webhook that somebody else made in the same workspace, and nobody may touch; it shares a name with ours. */
export const BYSTANDER: Properties = {
  name: "webhook-1",
  url: "https://example.com/of-somebody-else",
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
    const { ifExists: _, ...twin } = drawWebhook(random, "twin");
    for (let index = random.whole(2, 3); index > 0; index -= 1) {
      program.set(`twin-${index}`, { ...twin, ifExists: "create" });
    }
  }
  return program;
}

/** The same program after somebody worked on it: webhooks removed, changed and added. */
export function changeProgram(random: Random, program: Program): Program {
  const changed = new Map<string, Properties>();
  for (const [resource, webhook] of program) {
    if (random.chance(0.2)) continue;
    const update = { ...webhook, active: webhook.active !== true, events: [...random.pick(EVENTS)] };
    changed.set(resource, random.chance(0.6) ? update : webhook);
  }
  return changed.set("added", drawWebhook(random, "added"));
}

function drawWebhook(random: Random, name: string): Properties {
  return {
    name,
    url: `https://example.com/${name}`,
    events: [...random.pick(EVENTS)],
    active: random.chance(0.5),
    ...(random.chance(0.6) ? { secret: canary(name) } : {}),
    ...(random.chance(0.3) ? { ifExists: "adopt" } : {}),
  };
}
