const { env } = process;

/** The environments there are; each is a stack of this name. */
export const environmentNames = ["dev", "staging", "prod"] as const;

export type EnvironmentName = (typeof environmentNames)[number];

/** What may differ from one environment to the other. */
export interface Environment {
  /** Where UP42 sends notifications. */
  readonly url: string;
  readonly events: readonly ("job.status" | "order.status")[];
  /** Whether UP42 sends notifications; a test reaches the receiver either way. */
  readonly active: boolean;
  /** Whose account: reads `up42-<profile>:…` and `UP42_<PROFILE>_…`. Default: `up42:…` and `UP42_…`. */
  readonly profile?: string;
  /** Default: the configuration's `workspaceId`, else the workspace of the account. */
  readonly workspaceId?: string;
  /** How long the receiver may take to come alive, in seconds. */
  readonly testTimeoutSeconds: number;
  /** Touched only when this one, named before it, has been deployed in the same run and has passed its test. */
  readonly promotedFrom?: EnvironmentName;
}

/** The one definition that everything is made from. */
export const environments: Readonly<Record<EnvironmentName, Environment>> = {
  dev: {
    url: receiver("dev", "https://dev.example.com/up42"),
    events: ["job.status", "order.status"],
    active: false,
    testTimeoutSeconds: 60,
  },
  staging: {
    url: receiver("staging", "https://staging.example.com/up42"),
    events: ["job.status", "order.status"],
    active: true,
    testTimeoutSeconds: 60,
  },
  prod: {
    url: receiver("prod", "https://example.com/up42"),
    events: ["order.status"],
    active: true,
    profile: "prod",
    testTimeoutSeconds: 60,
    promotedFrom: "staging",
  },
};

/** The name of the environment variable that may hold what an environment's notifications are signed with. */
export function secretVariable(environment: string): string {
  return `${environment.toUpperCase()}_WEBHOOK_SECRET`;
}

/** For trying it out, RECEIVER_URL stands in for all receivers. */
function receiver(name: EnvironmentName, url: string): string {
  return env.RECEIVER_URL ? `${env.RECEIVER_URL}/${name}` : url;
}
