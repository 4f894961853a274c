import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Up42Error } from "../up42/errors";
import {
  type AccountOptions,
  listWebhooks,
  note,
  openSession,
  requireSelection,
  type Selection,
  select,
  workspaceOf,
} from "./account";
import { type Imported, importFile } from "./import-file";
import { nextSteps, warnings } from "./import-steps";
import { resourceNames } from "./names";
import { print } from "./output";
import { programFor, secretKey } from "./program";
import { PulumiCli } from "./pulumi-cli";
import { seal, secretOf } from "./seal";
import { ownedIds, readStack, takenNames } from "./stack";

/** The options of `pulumi-up42 import`. */
export interface ImportOptions extends AccountOptions, Selection {
  readonly out: string;
  readonly setSecrets: boolean;
}

/**
 * Writes the file for `pulumi import --file`, prints the program that goes with it, and says what to do next.
 * Changes nothing at UP42, and nothing in the stack but, with `--set-secrets`, its configuration.
 *
 * @throws Up42Error when there is no stack, the CLI is too old, or UP42 cannot be asked.
 */
export async function importWebhooks(ids: readonly string[], options: ImportOptions): Promise<void> {
  requireSelection(ids, options);
  const cli = new PulumiCli(options);
  const state = await readStack(cli);
  const session = await openSession(options);
  const workspaceId = await workspaceOf(session, options);
  const webhooks = await listWebhooks(session, workspaceId);
  const selected = select(webhooks, ids, options, workspaceId);
  const owned = ownedIds(state);
  const others = webhooks.filter(({ id }) => !owned.has(id));
  const names = resourceNames(others, takenNames(state));
  const imported: readonly Imported[] = selected
    .filter(({ id }) => !owned.has(id))
    .map((webhook) => ({
      name: names.get(webhook.id) ?? webhook.id,
      webhook,
      workspaceId,
      profile: options.profile,
    }));
  if (imported.length < selected.length) {
    note(`Left out, since the stack has them already: ${selected.length - imported.length}.`);
  }
  if (imported.length === 0) {
    note(`There is nothing to import from workspace ${workspaceId}; no file was written.`);
    return;
  }
  const nameWorkspace =
    options.workspace !== undefined && options.workspace !== (await workspaceOf(session, {}));
  const withSecret = imported.filter(({ webhook }) => secretOf(webhook) !== undefined);
  const { secrets, areEncrypted } = await seal(cli, state, withSecret);
  await writePrivately(
    resolve(options.cwd, options.out),
    JSON.stringify(importFile(imported, secrets), undefined, 2),
  );
  if (options.setSecrets) {
    await setSecrets(cli, withSecret);
  }
  print(programFor(imported, { withSecret: new Set(secrets.keys()), nameWorkspace }));
  const { out: file, stack, setSecrets: secretsAreSet } = options;
  const prepared = { imported, file, stack, withSecret, secretsAreSet, areEncrypted };
  for (const text of [...warnings(imported), `\n${nextSteps(prepared)}`]) {
    note(text);
  }
}

async function setSecrets(cli: PulumiCli, withSecret: readonly Imported[]): Promise<void> {
  for (const { name, webhook } of withSecret) {
    await cli.setSecret(secretKey(name), secretOf(webhook) ?? "");
  }
}

/** Replaces the file at once and whole, readable by this user only whatever it was before. */
async function writePrivately(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, `${text}\n`, { mode: 0o600, flag: "wx" });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    throw new Up42Error(`Failed to write "${file}" (--out): ${reason}. Name a file that can be written.`, {
      cause: error,
    });
  }
}
