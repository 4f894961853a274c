/** Who may log in: a user's name and password, and the project key that UP42 used before, of one workspace. */
export interface Account {
  readonly username: string;
  readonly password: string;
  readonly projectId: string;
  readonly projectApiKey: string;
  /** The account's workspace; the only one that its tokens open. */
  readonly workspaceId: string;
}

/** A kind of notification, as `GET /webhooks/events` describes it. */
export interface WebhookEvent {
  readonly name: string;
  readonly title: string;
  readonly category: string;
  readonly description: string;
  readonly documentation: string;
}

/** What a client sends to create a webhook, or to replace one. */
export interface WebhookBody {
  /** Names of events, as sent: one string may hold several names with commas, as in UP42's own examples. */
  readonly events: readonly string[];
  readonly name: string;
  readonly url: string;
  readonly secret?: string;
  readonly active?: boolean;
}

/** A webhook as the emulator keeps it: everything in clear. */
export interface StoredWebhook extends Required<WebhookBody> {
  readonly id: string;
  readonly workspaceId: string;
  /** ISO 8601 with microseconds, as all timestamps of UP42's. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What UP42 POSTs to a webhook's URL. */
export interface Notification {
  readonly event: string;
  /** False in tests. */
  readonly liveMode: boolean;
  readonly messageId: string;
  readonly timestamp: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The names in a webhook's `events`, with comma-joined ones taken apart. */
export function eventNames(events: readonly string[]): string[] {
  return events.flatMap((entry) => entry.split(",")).map((name) => name.trim());
}
