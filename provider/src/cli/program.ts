import type { Imported } from "./import-file";

/** The namespace of the stack's configuration where the printed program finds the webhooks' secrets. */
const SECRETS = "webhook-secrets";

/** The configuration key of a resource's secret. */
export function secretKey(resourceName: string): string {
  return `${SECRETS}:${resourceName}`;
}

/** What of the imported webhooks the program has to say, beyond what they are. */
export interface ProgramOptions {
  /** The ids of the webhooks that have a known secret. */
  readonly withSecret: ReadonlySet<string>;
  /** Whether the program names the workspace: it is another than the configuration's. */
  readonly nameWorkspace: boolean;
}

/** The TypeScript program that declares the webhooks exactly as they are. */
export function programFor(imported: readonly Imported[], options: ProgramOptions): string {
  const hasSecrets = options.withSecret.size > 0;
  return [
    ...(hasSecrets ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
    'import { Webhook } from "pulumi-up42";',
    ...(hasSecrets ? ["", `const secrets = new pulumi.Config("${SECRETS}");`] : []),
    ...imported.flatMap((one) => ["", ...declaration(one, options)]),
  ].join("\n");
}

function declaration(
  { name, webhook, workspaceId, profile }: Imported,
  { withSecret, nameWorkspace }: ProgramOptions,
): readonly string[] {
  const fields: readonly (readonly [string, string] | undefined)[] = [
    webhook.name === name ? undefined : ["name", literal(webhook.name)],
    ["url", literal(webhook.url)],
    ["events", `[${webhook.events.map(literal).join(", ")}]`],
    withSecret.has(webhook.id) ? ["secret", `secrets.requireSecret(${literal(name)})`] : undefined,
    webhook.active ? ["active", "true"] : undefined,
    nameWorkspace ? ["workspaceId", literal(workspaceId)] : undefined,
    profile === undefined ? undefined : ["profile", literal(profile)],
  ];
  return [
    `new Webhook(${literal(name)}, {`,
    ...fields.flatMap((field) => (field === undefined ? [] : [`  ${field[0]}: ${field[1]},`])),
    "});",
  ];
}

/** A string literal in which nothing is invisible, or could steer the terminal that it is printed to. */
function literal(text: string): string {
  return JSON.stringify(text).replace(/\p{C}/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
