import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { isConcealed } from "../lifecycle/webhook/compare";
import type { RemoteWebhook } from "../up42/webhook";
import { type Imported, type SealedSecret, sealed, unsealed } from "./import-file";
import type { PulumiCli, StackState } from "./pulumi-cli";

const Passphrase = v.object({ type: v.literal("passphrase"), state: v.object({ salt: v.string() }) });
const Cloud = v.object({
  type: v.literal("cloud"),
  state: v.object({ url: v.string(), encryptedkey: v.string() }),
});
const Service = v.object({ type: v.literal("service") });
const SecretsProvider = v.union([Passphrase, Cloud, Service]);

/** A webhook's secret, if UP42 shows it in clear: a masked one cannot be imported. */
export function secretOf({ secret }: RemoteWebhook): string | undefined {
  return isConcealed(secret) ? undefined : secret;
}

/** Turns the webhooks' secrets into what an import file takes; by the webhooks' ids. */
export async function seal(
  cli: PulumiCli,
  state: StackState,
  imported: readonly Imported[],
): Promise<{ readonly secrets: ReadonlyMap<string, SealedSecret>; readonly areEncrypted: boolean }> {
  const plain = imported.map(({ webhook }) => [webhook.id, secretOf(webhook) ?? ""] as const);
  const ciphertexts = await encrypt(
    cli,
    state,
    plain.map(([, secret]) => JSON.stringify(secret)),
  );
  const secrets = plain.map(([id, secret], index) => {
    const ciphertext = ciphertexts?.[index];
    return [id, ciphertext === undefined ? unsealed(secret) : sealed(ciphertext)] as const;
  });
  return { secrets: new Map(secrets), areEncrypted: ciphertexts !== undefined };
}

/**
 * Lets the stack's own secrets provider encrypt texts. Pulumi has no command for that, but `pulumi config set --secret`
 * does it; so the texts go into a configuration file made for this alone, in a folder that only this user can read.
 *
 * @returns The ciphertexts in the same order; undefined when this stack's way of encrypting is not known.
 */
async function encrypt(
  cli: PulumiCli,
  state: StackState,
  texts: readonly string[],
): Promise<readonly string[] | undefined> {
  const header = headerFor(state.secrets_providers);
  if (header === undefined) {
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-"));
  try {
    const ciphertexts: string[] = [];
    for (const text of texts) {
      const file = join(folder, "config.yaml");
      await writeFile(file, header, { mode: 0o600 });
      await cli.setSecret("pulumi-up42:import", text, file);
      const written = await readFile(file, "utf8");
      const ciphertext = /^\s*secure: (\S+)$/m.exec(written)?.[1];
      // With another header, it was encrypted with a new key and not with the stack's.
      if (ciphertext === undefined || !keepsHeader(written, header)) {
        return undefined;
      }
      ciphertexts.push(ciphertext);
    }
    return ciphertexts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The lines in a stack's configuration file that say how its secrets are encrypted, from the stack's state. */
function headerFor(provider: unknown): string | undefined {
  const result = v.safeParse(SecretsProvider, provider);
  if (!result.success) {
    return undefined;
  }
  switch (result.output.type) {
    case "passphrase":
      return `encryptionsalt: ${result.output.state.salt}\n`;
    case "cloud":
      return `secretsprovider: ${result.output.state.url}\nencryptedkey: ${result.output.state.encryptedkey}\n`;
    case "service":
      return "";
  }
}

function keepsHeader(written: string, header: string): boolean {
  return headerLines(written) === headerLines(header);
}

function headerLines(yaml: string): string {
  const lines = yaml
    .split("\n")
    .filter((line) => /^(encryptionsalt|secretsprovider|encryptedkey):/.test(line));
  return lines.sort().join("\n");
}
