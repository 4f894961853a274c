import { parseInputs } from "../lifecycle/properties";
import { webhookInputFields } from "../lifecycle/webhook/fields";
import type { Imported } from "./import-file";
import { counted } from "./output";
import { secretKey } from "./program";
import { quoted } from "./shell";

/** What became of an import so far. */
export interface Prepared {
  readonly imported: readonly Imported[];
  /** The path of the import file. */
  readonly file: string;
  /** Of a stack other than the selected one. */
  readonly stack: string | undefined;
  /** Those whose secret UP42 shows. */
  readonly withSecret: readonly Imported[];
  /** Whether the secrets are in the stack's configuration already. */
  readonly secretsAreSet: boolean;
  /** Whether the secrets stand encrypted in the file. */
  readonly areEncrypted: boolean;
}

/** What will not go on working as it is, a line for each. */
export function warnings(imported: readonly Imported[]): readonly string[] {
  return imported.flatMap(({ name, webhook: { url, events, name: webhookName } }) =>
    parseInputs(webhookInputFields, { url, events, name: webhookName }).failures.map(
      ({ reason }) => `warning: \`pulumi up\` is going to refuse "${name}" as it is. ${reason}`,
    ),
  );
}

/** The commands that complete the import. */
export function nextSteps({
  imported,
  file,
  stack,
  withSecret,
  secretsAreSet,
  areEncrypted,
}: Prepared): string {
  const onStack = stack === undefined ? "" : ` --stack ${quoted(stack)}`;
  const toSet = secretsAreSet ? [] : withSecret;
  const steps = [
    "Add the program above to yours.",
    ...(toSet.length === 0
      ? []
      : [
          [
            "Give the program the secrets (or let this command do it, with --set-secrets):",
            ...toSet.map(({ name }) => `     pulumi config set --secret ${secretKey(name)}${onStack}`),
          ].join("\n"),
        ]),
    `pulumi import --file ${quoted(file)} --generate-code=false --protect=false${onStack}`,
    `pulumi preview --expect-no-changes${onStack}`,
    `rm ${quoted(file)}`,
  ];
  const count = counted(imported.length, "webhook");
  return [
    `Wrote ${count} to ${file}${describeSecrets(withSecret.length, areEncrypted)}. What to do next:`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
  ].join("\n");
}

function describeSecrets(count: number, areEncrypted: boolean): string {
  if (count === 0) {
    return "";
  }
  return areEncrypted
    ? ", with secrets that only this stack can decrypt"
    : ". CAREFUL: their secrets stand in it in clear, since this stack's way of encrypting is not known here; only you " +
        "can read the file, and Pulumi encrypts them when it imports. Delete it right after";
}
