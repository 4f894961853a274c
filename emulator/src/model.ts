/** Who may log in: a user's name and password, and the project key that UP42 used before, of one workspace. */
export interface Account {
  /** With `password`: the login of today. */
  readonly username: string;
  /** With `username`. */
  readonly password: string;
  /** With `projectApiKey`: the older login, at `POST /oauth/token`. Default: none. */
  readonly projectId?: string | undefined;
  /** With `projectId`. Default: none. */
  readonly projectApiKey?: string | undefined;
  /** The account's workspace; the only one that its tokens open. */
  readonly workspaceId: string;
}

/** A kind of notification, as `GET /webhooks/events` describes it. */
export interface WebhookEvent {
  /** What a webhook's `events` hold, such as `order.status`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Such as `order`. */
  readonly category: string;
  /** When it is sent, in a sentence. */
  readonly description: string;
  /** Address of its documentation. */
  readonly documentation: string;
}

/** What a client sends to create a webhook, or to replace one. */
export interface WebhookBody {
  /** Names of events, as sent: one string may hold several names with commas, as in UP42's own examples. */
  readonly events: readonly string[];
  /** Need not be unique. */
  readonly name: string;
  /** Where notifications are sent; HTTPS, this machine, or a host of `allowedReceivers`. */
  readonly url: string;
  /** Signs the notifications; empty or null for none. Default: none. */
  readonly secret?: string | null | undefined;
  /** Whether live notifications are sent; tests always are. UP42's default is `false`. */
  readonly active?: boolean | undefined;
}

/** A webhook that is there from the start. */
export interface SeedWebhook extends WebhookBody {
  /** A UUID. Default: a random one. */
  readonly id?: string | undefined;
  /** Default: the first account's. */
  readonly workspaceId?: string | undefined;
}

/** A webhook as the emulator keeps it: everything in clear. */
export interface StoredWebhook {
  /** Names of events, as sent. */
  readonly events: readonly string[];
  /** Need not be unique. */
  readonly name: string;
  /** Where notifications are sent. */
  readonly url: string;
  /** Signs the notifications; empty for none. */
  readonly secret: string;
  /** Whether live notifications are sent. */
  readonly active: boolean;
  /** A UUID. */
  readonly id: string;
  /** The workspace it belongs to. */
  readonly workspaceId: string;
  /** ISO 8601 with microseconds, as all timestamps of UP42's. */
  readonly createdAt: string;
  /** When it was last replaced. */
  readonly updatedAt: string;
}

/** What UP42 POSTs to a webhook's URL. */
export interface Notification {
  /** Such as `order.status`. */
  readonly event: string;
  /** False in tests. */
  readonly liveMode: boolean;
  /** Names the notification; a repeated one keeps it. */
  readonly messageId: string;
  /** When it was made; ISO 8601. */
  readonly timestamp: string;
  /** Depends on the event. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The names in a webhook's `events`, with comma-joined ones taken apart. */
export function eventNames(events: readonly string[]): string[] {
  return events.flatMap((entry) => entry.split(",")).map((name) => name.trim());
}
