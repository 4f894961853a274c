import type { Account, WebhookEvent } from "./model";

/** How a webhook's secret comes back in answers. Which of these UP42 does is not documented. */
export type SecretVisibility = "clear" | "masked" | "empty" | "omitted";

/** How to start an emulator; every option has a default. */
export interface EmulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Where to listen. Default: `127.0.0.1`. */
  readonly host?: string;
  /** A file that keeps the webhooks, written atomically. Default: they are kept in memory only. */
  readonly dataFile?: string;
  /** Milliseconds added to every answer. Default: 0. */
  readonly latencyMs?: number;
  /** How long a token is good for. Default: 300, as UP42's. */
  readonly tokenLifetimeSeconds?: number;
  /** How long a receiver may take for a notification. Default: 10. */
  readonly testTimeoutSeconds?: number;
  /** How often a live notification is sent again after it failed; tests are sent once. Default: 3. */
  readonly retries?: number;
  /** Milliseconds before the first retry, doubled for each further one. Default: 1000. */
  readonly retryDelayMs?: number;
  /** The events that exist. Default: `job.status` and `order.status`. */
  readonly events?: readonly WebhookEvent[];
  /** Default: `DEMO_ACCOUNT` alone. */
  readonly accounts?: readonly Account[];
  /** Default: `clear`. */
  readonly secretVisibility?: SecretVisibility;
  /** The status of a successful DELETE; UP42's documentation doesn't say which. Default: 204. */
  readonly deleteStatus?: 200 | 204;
  /** Called with a line for each request and notification. Default: nothing is logged. */
  readonly log?: (line: string) => void;
}

/** The options with their defaults filled in. */
export type Settings = Required<Omit<EmulatorOptions, "dataFile">> & Pick<EmulatorOptions, "dataFile">;

/** The account that exists when no others are named. Its credentials are public: they open nothing but the emulator. */
export const DEMO_ACCOUNT: Account = {
  username: "demo@up42.example",
  password: "demo-password",
  projectId: "5c8a6a4e-3f0b-4c58-9f5e-7d1b2f0c9a11",
  projectApiKey: "demo-project-api-key",
  workspaceId: "a1b2c3d4-0042-4042-8042-000000000042",
};

/** The events that UP42 documents. */
export const DEFAULT_EVENTS: readonly WebhookEvent[] = [
  {
    name: "job.status",
    title: "Job Status Updates",
    category: "job",
    description: "Sent when job/task status is updated",
    documentation: "https://docs.up42.com/developers/",
  },
  {
    name: "order.status",
    title: "Order Status Updates",
    category: "order",
    description: "Sent when order status is updated",
    documentation: "https://docs.up42.com/developers/",
  },
];

/**
 * Fills in the defaults and checks the figures.
 * @throws RangeError naming the option that can't be right.
 */
export function resolveOptions(options: EmulatorOptions): Settings {
  const settings: Settings = {
    port: 0,
    host: "127.0.0.1",
    latencyMs: 0,
    tokenLifetimeSeconds: 300,
    testTimeoutSeconds: 10,
    retries: 3,
    retryDelayMs: 1000,
    events: DEFAULT_EVENTS,
    accounts: [DEMO_ACCOUNT],
    secretVisibility: "clear",
    deleteStatus: 204,
    log: () => undefined,
    ...options,
  };
  for (const name of ["latencyMs", "tokenLifetimeSeconds", "retryDelayMs"] as const) {
    if (!(Number.isFinite(settings[name]) && settings[name] >= 0)) {
      throw new RangeError(`up42-emulator: ${name} must be a number of at least 0, not ${settings[name]}`);
    }
  }
  if (!(Number.isFinite(settings.testTimeoutSeconds) && settings.testTimeoutSeconds > 0)) {
    throw new RangeError(
      `up42-emulator: testTimeoutSeconds must be more than 0, not ${settings.testTimeoutSeconds}`,
    );
  }
  if (!(Number.isInteger(settings.retries) && settings.retries >= 0)) {
    throw new RangeError(
      `up42-emulator: retries must be a whole number of at least 0, not ${settings.retries}`,
    );
  }
  if (settings.events.length === 0)
    throw new RangeError("up42-emulator: events must name at least one event");
  if (settings.accounts.length === 0)
    throw new RangeError("up42-emulator: accounts must hold at least one account");
  return settings;
}
