import { stub, typeToken } from "../dynamic/stub";
import { SECRET, SIGNATURE_KEY } from "../engine/secret";
import { compact, type Properties } from "../lifecycle/properties";
import type { RemoteWebhook } from "../up42/webhook";

/** A webhook on its way into a stack. */
export interface Imported {
  /** The resource's name in the program. */
  readonly name: string;
  readonly webhook: RemoteWebhook;
  readonly workspaceId: string;
  readonly profile: string | undefined;
}

/** How Pulumi writes a secret: an object with its signature for secrets, and the value as JSON, encrypted or not. */
export type SealedSecret = { readonly [SIGNATURE_KEY]: typeof SECRET } & (
  | { readonly ciphertext: string }
  | { readonly plaintext: string }
);

/** A secret whose value's JSON the stack has encrypted. */
export function sealed(ciphertext: string): SealedSecret {
  return { [SIGNATURE_KEY]: SECRET, ciphertext };
}

/** A secret that is not encrypted before Pulumi reads the file. */
export function unsealed(secret: string): SealedSecret {
  return { [SIGNATURE_KEY]: SECRET, plaintext: JSON.stringify(secret) };
}

/**
 * The file for `pulumi import --file`. With `inputs` and `outputs` given, Pulumi takes them as they are and asks the
 * provider nothing; so they must be what the provider itself would have made of the program: the inputs those that
 * its check returns, the outputs those that its create returns.
 *
 * @param secrets By the webhooks' ids; a webhook without one is imported without.
 */
export function importFile(
  imported: readonly Imported[],
  secrets: ReadonlyMap<string, SealedSecret>,
): Record<string, unknown> {
  return {
    resources: imported.map(({ name, ...rest }) => {
      const inputs = inputsOf(rest, secrets.get(rest.webhook.id));
      const { id, createdAt, updatedAt } = rest.webhook;
      return {
        type: typeToken("Webhook"),
        name,
        id,
        inputs,
        outputs: { ...inputs, createdAt, updatedAt },
      };
    }),
  };
}

function inputsOf(
  { webhook, workspaceId, profile }: Omit<Imported, "name">,
  secret: SealedSecret | undefined,
): Properties {
  const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...declared } = webhook;
  return compact({ __provider: stub("webhook"), ...declared, secret, workspaceId, profile });
}
