import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 200;

/** The options of `up42-emulator trigger`, as they are parsed. */
export interface TriggerOptions {
  readonly status?: string;
  readonly workspace?: string;
  readonly url: string;
}

/** As much of an answer's delivery as the command reports. */
interface Progress {
  readonly id: string;
  readonly url: string;
  readonly state: string;
  readonly attempts: readonly { readonly outcome: string }[];
}

/**
 * Makes an event happen in a running emulator and reports how its notifications fare.
 * @throws Error when nobody is subscribed, a notification isn't delivered, or no emulator answers.
 */
export async function triggerEvent(event: string, { status, workspace, url }: TriggerOptions): Promise<void> {
  const base = url.replace(/\/+$/, "");
  const body = { event, status, workspaceId: workspace };
  const started = await call(`${base}/_emulator/trigger`, body);
  const deliveries = Array.isArray(started) ? started.map(toProgress) : [];
  if (deliveries.length === 0) {
    throw new Error(
      `Failed to trigger ${event}: no active webhook is subscribed to it. Activate one that is, or create it.`,
    );
  }
  const states = await Promise.all(deliveries.map((delivery) => follow(base, delivery)));
  const failed = states.filter((state) => state !== "delivered").length;
  if (failed > 0) {
    throw new Error(
      `Failed to deliver ${failed} of ${states.length} notifications of ${event}. Correct what the receiver answers.`,
    );
  }
}

async function follow(base: string, started: Progress): Promise<string> {
  let reported = 0;
  for (
    let delivery = started;
    ;
    delivery = toProgress(await call(`${base}/_emulator/deliveries/${started.id}`))
  ) {
    for (const { outcome } of delivery.attempts.slice(reported)) {
      process.stdout.write(`${delivery.url}  attempt ${++reported}: ${outcome}\n`);
    }
    if (delivery.state !== "pending") {
      return delivery.state;
    }
    await delay(POLL_MS);
  }
}

/** The `data` of an answer of the emulator's. */
async function call(url: string, body?: object): Promise<unknown> {
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, body === undefined ? {} : post).catch((cause: unknown) => {
    throw new Error(
      `Failed to reach ${url}: no emulator answers. Start one with "up42-emulator", or name it with --url.`,
      {
        cause,
      },
    );
  });
  const answer = fields(await response.json().catch(() => undefined));
  if (response.ok && "data" in answer) {
    return answer.data;
  }
  const reason = fields(answer.error).message ?? "that isn't an emulator of UP42's";
  throw new Error(`Failed to use the emulator at ${url}: it answered HTTP ${response.status}: ${reason}`);
}

function toProgress(delivery: unknown): Progress {
  const { id, url, state, attempts } = fields(delivery);
  return {
    id: String(id),
    url: String(url),
    state: String(state),
    attempts: Array.isArray(attempts)
      ? attempts.map((attempt) => ({ outcome: outcomeOf(fields(attempt)) }))
      : [],
  };
}

function outcomeOf({ response, error }: Record<string, unknown>): string {
  if (typeof error === "string") {
    return error;
  }
  const { status, statusText } = fields(response);
  return `${status} ${statusText}`.trim();
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
