import { definedFields } from "./defined-fields";
import type { ErrorFormat } from "./envelope";
import type { Fault } from "./faults";
import type { Account, SeedWebhook, WebhookEvent } from "./model";
import { SIGNED_HEADERS, type SignedHeader } from "./signature";

/** How a webhook's secret comes back in answers. Which of these UP42 does is not documented. */
export type SecretVisibility = "clear" | "masked" | "empty" | "omitted";

/** How to start an emulator; every option has a default, which `undefined` stands for, too. */
export interface EmulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined;
  /** Where to listen. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /**
   * Further host names that requests may be sent to, beside this machine's own: of a container, of a tunnel.
   * `.example.com` stands for a domain and its subdomains, `*` for every name. Default: none.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Hosts, in the same notation, that webhooks may reach by plain `http`, beside this machine. Default: none. */
  readonly allowedReceivers?: readonly string[] | undefined;
  /** A file that keeps the webhooks, written atomically. Default: they are kept in memory only. */
  readonly dataFile?: string | undefined;
  /** Milliseconds added to every answer. Default: 0. */
  readonly latencyMs?: number | undefined;
  /** How long a token is good for. Default: 300, as UP42's. */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** How long a receiver may take for a notification. Default: 10. */
  readonly testTimeoutSeconds?: number | undefined;
  /** How often a live notification is sent again after it failed; tests are sent once. Default: 3. */
  readonly retries?: number | undefined;
  /** Milliseconds before the first retry; each further pause is twice as long. Default: 1000. */
  readonly retryDelayMs?: number | undefined;
  /** The events that exist. Default: `job.status` and `order.status`. */
  readonly events?: readonly WebhookEvent[] | undefined;
  /** Default: `DEMO_ACCOUNT` alone. */
  readonly accounts?: readonly Account[] | undefined;
  /** What is there from the start, unless the data file has webhooks already. Default: none. */
  readonly webhooks?: readonly SeedWebhook[] | undefined;
  /** What goes wrong, as by `Emulator.inject`. Default: nothing. */
  readonly faults?: readonly Fault[] | undefined;
  /** Default: `clear`. */
  readonly secretVisibility?: SecretVisibility | undefined;
  /** The status of a successful DELETE; UP42's documentation doesn't say which. Default: 204. */
  readonly deleteStatus?: 200 | 204 | undefined;
  /**
   * The scope that userinfo wants of a token. UP42's login is Keycloak, which refuses a token without `openid`.
   * Default: `openid`.
   */
  readonly userinfoScope?: "openid" | "none" | undefined;
  /** Whether a workspace can have only one webhook for a URL; a second one is refused with 409. Default: `false`. */
  readonly uniqueUrls?: boolean | undefined;
  /** What happens to fields that UP42 doesn't document. Default: `ignore`. */
  readonly unknownFields?: "ignore" | "refuse" | undefined;
  /** How a refusal is answered. Default: `envelope`. */
  readonly errorFormat?: ErrorFormat | undefined;
  /** The headers that a signature covers, in this order. Default: `host`, `date`, `content-type`, `digest`. */
  readonly signedHeaders?: readonly SignedHeader[] | undefined;
  /**
   * Requests per second from an address, with bursts to five times as many; what is beyond is answered with 429.
   * UP42's figure of 2021 is 100. Default: 0, no limit.
   */
  readonly rateLimit?: number | undefined;
  /** How many requests are remembered; of all together 32 MiB at most. Default: 10,000. */
  readonly maxRequests?: number | undefined;
  /** Called with a line for each request and notification. Default: nothing is logged. */
  readonly log?: ((line: string) => void) | undefined;
}

/** The options with their defaults filled in. */
export type Settings = {
  readonly [Name in Exclude<keyof EmulatorOptions, "dataFile">]-?: Exclude<EmulatorOptions[Name], undefined>;
} & Pick<EmulatorOptions, "dataFile">;

/** The account that exists when no others are named. Its credentials are public: they open nothing but the emulator. */
export const DEMO_ACCOUNT: { readonly [Field in keyof Account]-?: string } = {
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

/** What an option is unless it is given. */
const DEFAULTS: Settings = {
  port: 0,
  host: "127.0.0.1",
  allowedHosts: [],
  allowedReceivers: [],
  latencyMs: 0,
  tokenLifetimeSeconds: 300,
  testTimeoutSeconds: 10,
  retries: 3,
  retryDelayMs: 1000,
  events: DEFAULT_EVENTS,
  accounts: [DEMO_ACCOUNT],
  webhooks: [],
  faults: [],
  secretVisibility: "clear",
  deleteStatus: 204,
  userinfoScope: "openid",
  uniqueUrls: false,
  unknownFields: "ignore",
  errorFormat: "envelope",
  signedHeaders: SIGNED_HEADERS,
  rateLimit: 0,
  maxRequests: 10_000,
  log: () => undefined,
};

/**
 * Fills in the defaults and checks the figures.
 * @throws RangeError naming the option that can't be right.
 */
export function resolveOptions(options: EmulatorOptions): Settings {
  const settings: Settings = { ...DEFAULTS, ...definedFields(options) };
  for (const name of ["latencyMs", "tokenLifetimeSeconds", "retryDelayMs", "rateLimit"] as const) {
    check(
      name,
      settings[name],
      Number.isFinite(settings[name]) && settings[name] >= 0,
      "a number of at least 0",
    );
  }
  for (const name of ["retries", "maxRequests"] as const) {
    const isRight = Number.isInteger(settings[name]) && settings[name] >= 0;
    check(name, settings[name], isRight, "a whole number of at least 0");
  }
  const { testTimeoutSeconds: timeout } = settings;
  check("testTimeoutSeconds", timeout, Number.isFinite(timeout) && timeout > 0, "more than 0");
  if (settings.events.length === 0) {
    throw new RangeError("up42-emulator: events must name at least one event");
  }
  if (settings.accounts.length === 0) {
    throw new RangeError("up42-emulator: accounts must hold at least one account");
  }
  return settings;
}

function check(name: string, value: unknown, isRight: boolean, expected: string): void {
  if (!isRight) {
    throw new RangeError(`up42-emulator: ${name} must be ${expected}, not ${value}`);
  }
}
