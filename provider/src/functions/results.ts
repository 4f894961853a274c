import type * as pulumi from "@pulumi/pulumi";

/** Which account, and which of its workspaces. */
export interface WorkspaceLookup {
  /** Default: the configuration's `workspaceId`, else the workspace of the account. */
  readonly workspaceId?: string | undefined;
  /** Which account: reads the configuration `up42-<profile>:…` instead of `up42:…`. */
  readonly profile?: string | undefined;
}

/** Which webhook {@link getWebhook} looks for: by its id, or by its name, its URL or both. */
export interface GetWebhookArgs extends WorkspaceLookup {
  /** The webhook's id at UP42; together with nothing else. */
  readonly id?: string | undefined;
  /** The webhook's name at UP42. */
  readonly name?: string | undefined;
  /** Where it sends its notifications. */
  readonly url?: string | undefined;
}

/** A webhook as it is at UP42 now. */
export interface GetWebhookResult {
  /** Its id at UP42, a UUID. */
  readonly id: string;
  /** Its name at UP42. */
  readonly name: string;
  /** Where UP42 sends notifications. */
  readonly url: string;
  /** What it notifies of, sorted; the order carries no meaning. */
  readonly events: string[];
  /** Whether UP42 sends notifications. */
  readonly active: boolean;
  /**
   * What signs the notifications, as a secret output and not as a string, so that a program cannot print or export it
   * in clear by mistake. Undefined when there is none, or when UP42 does not show it.
   */
  readonly secret: pulumi.Output<string> | undefined;
  /** The workspace it belongs to. */
  readonly workspaceId: string;
  /** When it was created; ISO 8601, as UP42 reports it. */
  readonly createdAt: string;
  /** When it was last changed; ISO 8601, as UP42 reports it. */
  readonly updatedAt: string;
}

/** The arguments of a function's `…Output` form: each may be an output of a resource. */
export type InputsOf<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };
