import * as pulumi from "@pulumi/pulumi";
import { checkInstallation } from "../dynamic/installation";
import { stub, typeToken } from "../dynamic/stub";
import { declare } from "./declared";
import { shortenTraces } from "./traces";

/** What to do when the workspace already has a webhook with the same name and URL. */
export type IfExists = "error" | "adopt" | "create";

/** The arguments of a {@link Webhook}. */
export interface WebhookArgs {
  /**
   * Where UP42 sends notifications: an absolute `https://` URL. With an emulator, `http://` for this machine, and for
   * hosts of private networks when `up42:allowHttp` is `true`.
   */
  url: pulumi.Input<string>;
  /** What to be notified of, for instance `["job.status", "order.status"]`; see {@link getWebhookEvents}. */
  events: pulumi.Input<pulumi.Input<string>[]>;
  /** The webhook's name at UP42. Default: the resource's name. */
  name?: pulumi.Input<string> | undefined;
  /** Signs the notifications, so that the receiver can verify them. Always kept as a Pulumi secret. Default: none. */
  secret?: pulumi.Input<string> | undefined;
  /** Whether UP42 sends notifications. Default: `false`, as at UP42. */
  active?: pulumi.Input<boolean> | undefined;
  /** Default: the configuration's `workspaceId`, else the workspace of the account. Another one replaces the webhook. */
  workspaceId?: pulumi.Input<string> | undefined;
  /**
   * What to do when the workspace already has a webhook with this name and URL: stop with an error that names it
   * (`"error"`, the default), adopt it (`"adopt"`), or create a second one (`"create"`).
   */
  ifExists?: pulumi.Input<IfExists> | undefined;
  /** Whether adopting a webhook that has a secret may remove it, when `secret` is left out. Default: `false`. */
  removeSecret?: pulumi.Input<boolean> | undefined;
  /** Which account: reads the configuration `up42-<profile>:…` instead of `up42:…`. */
  profile?: pulumi.Input<string> | undefined;
}

/** Where {@link Webhook.get} looks. */
export interface WebhookLookup {
  /** Default: the configuration's `workspaceId`, else the workspace of the account. */
  workspaceId?: pulumi.Input<string> | undefined;
  /** Which account: reads the configuration `up42-<profile>:…` instead of `up42:…`. */
  profile?: pulumi.Input<string> | undefined;
}

/**
 * A webhook of UP42: it notifies your system when a job or an order changes its status.
 *
 * Every change is made in place, except for another `workspaceId`, which replaces the webhook. Wrong arguments,
 * credentials and workspaces are refused at preview, with the name of what is wrong.
 *
 * ```ts
 * import { Webhook } from "pulumi-up42";
 *
 * const webhook = new Webhook("orders", { url: "https://example.com/up42", events: ["order.status"], active: true });
 * ```
 */
export class Webhook extends pulumi.CustomResource {
  /** The resource's type, by which policy packs find it: `validateResourceOfType(Webhook, …)`. */
  static readonly __pulumiType: string = typeToken("Webhook");

  /** The webhook's name at UP42. */
  declare readonly name: pulumi.Output<string>;
  /** Where UP42 sends notifications. */
  declare readonly url: pulumi.Output<string>;
  /** What it notifies of; the order carries no meaning. */
  declare readonly events: pulumi.Output<string[]>;
  /** Whether UP42 sends notifications. */
  declare readonly active: pulumi.Output<boolean>;
  /** What signs the notifications; a Pulumi secret. Undefined when there is none. */
  declare readonly secret: pulumi.Output<string | undefined>;
  /** The workspace it belongs to. */
  declare readonly workspaceId: pulumi.Output<string>;
  /** The profile of the account it is managed with; undefined for the default one. */
  readonly profile: pulumi.Output<string | undefined>;
  /** When it was created; ISO 8601, as UP42 has it. */
  declare readonly createdAt: pulumi.Output<string>;
  /** When it was last changed; ISO 8601, as UP42 has it. */
  declare readonly updatedAt: pulumi.Output<string>;

  /**
   * Reads an existing webhook; see {@link Webhook.get}.
   *
   * @param name The name of the resource in this program.
   * @param lookup In which workspace, with which account.
   * @param opts Pulumi's resource options, with the webhook's id at UP42.
   * @hidden
   */
  constructor(
    name: string,
    lookup: WebhookLookup,
    opts: pulumi.CustomResourceOptions & { id: pulumi.Input<pulumi.ID> },
  );
  // Last, since it is the last signature that types are inferred from: those of policies, for instance.
  /**
   * Declares a webhook that this stack owns.
   *
   * @param name The name of the resource in this program, and the webhook's own unless `args.name` gives another.
   * @param args What the webhook is to be.
   * @param opts Pulumi's resource options; `import` and `customTimeouts` have no effect on dynamic resources.
   */
  constructor(name: string, args: WebhookArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, args: WebhookArgs | WebhookLookup, opts: pulumi.CustomResourceOptions = {}) {
    checkInstallation();
    refuseImport(name, opts);
    // No base class of ours: Pulumi takes the caller of a direct child of CustomResource for the place in the program.
    const outputs = { createdAt: undefined, updatedAt: undefined };
    const inputs = opts.id === undefined ? withDefaults(name, args, opts) : { ...UNKNOWN_YET, ...args };
    const restoreTraces = shortenTraces();
    try {
      super(
        typeToken("Webhook"),
        name,
        { ...inputs, ...outputs, __provider: stub("webhook") },
        concealing(opts),
      );
    } finally {
      restoreTraces();
    }
    // Not the engine's output: that is unknown in every preview when there is no profile.
    this.profile = args?.profile === undefined ? NO_PROFILE : pulumi.output(args.profile);
  }

  /**
   * Reads a webhook that exists already, without owning it: the stack neither changes nor deletes it.
   *
   * @param name The name of the resource in this program.
   * @param id The webhook's id at UP42.
   * @param lookup In which workspace, with which account.
   * @param opts Pulumi's resource options.
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    lookup: WebhookLookup = {},
    opts: pulumi.CustomResourceOptions = {},
  ): Webhook {
    return new Webhook(name, lookup, { ...opts, id });
  }
}

/** One for all: most webhooks have none, and an output takes its time. */
const NO_PROFILE: pulumi.Output<string | undefined> = pulumi.output(undefined);

/** Outputs exist only for properties that are named, even if without a value. */
const UNKNOWN_YET = {
  name: undefined,
  url: undefined,
  events: undefined,
  active: undefined,
  secret: undefined,
  workspaceId: undefined,
};

/** Everything that the program gave goes along, so that the check can refuse a property that does not exist. */
function withDefaults(
  name: string,
  args: Partial<WebhookArgs>,
  { replaceOnChanges }: pulumi.CustomResourceOptions,
): pulumi.Inputs {
  const secret = args?.secret === undefined ? undefined : pulumi.secret(args.secret);
  // The host passes no changed properties to the engine, so the engine cannot act on this option: our diff does.
  const replace = replaceOnChanges === undefined ? {} : { __replaceOnChanges: replaceOnChanges };
  const identity = {
    name: args?.name ?? name,
    url: args?.url,
    workspaceId: args?.workspaceId,
    profile: args?.profile,
  };
  const own = { __resource: args?.ifExists === "create" ? undefined : declare(name, identity) };
  return { ...UNKNOWN_YET, ...args, name: identity.name, secret, ...replace, ...own };
}

/** Pulumi's dynamic host cannot serve this option, and its own error names neither the resource nor a way. */
function refuseImport(name: string, opts: pulumi.CustomResourceOptions): void {
  if (opts.import !== undefined) {
    throw new pulumi.RunError(
      `Failed to import webhook "${name}": Pulumi's resource option \`import\` does not reach dynamic resources. Run ` +
        `\`npx pulumi-up42 import ${String(opts.import)}\`, which writes a file for \`pulumi import --file\`, or adopt the ` +
        'webhook with ifExists: "adopt".',
    );
  }
}

/** The host gets and returns plain values; this is what makes the engine mark the secret in the outputs again. */
function concealing(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return { ...opts, additionalSecretOutputs: [...(opts.additionalSecretOutputs ?? []), "secret"] };
}
