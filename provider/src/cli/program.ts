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
  const { id, name: webhookName, active, secret: _, createdAt: __, updatedAt: ___, ...others } = webhook;
  const fields: Readonly<Record<string, string | undefined>> = {
    name: webhookName === name ? undefined : literal(webhookName),
    ...Object.fromEntries(Object.entries(others).map(([field, value]) => [field, literal(value)])),
    secret: withSecret.has(id) ? `secrets.requireSecret(${literal(name)})` : undefined,
    active: active ? "true" : undefined,
    workspaceId: nameWorkspace ? literal(workspaceId) : undefined,
    profile: profile === undefined ? undefined : literal(profile),
  };
  const given = Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [[field, value]],
  );
  return [
    `new Webhook(${literal(name)}, {`,
    ...given.map(([field, value]) => `  ${field}: ${value},`),
    "});",
  ];
}

/** A literal in which nothing is invisible, or could steer the terminal that it is printed to. */
function literal(value: string | readonly string[]): string {
  if (typeof value !== "string") {
    return `[${value.map(literal).join(", ")}]`;
  }
  return JSON.stringify(value).replace(/\p{C}/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
