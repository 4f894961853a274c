import type { Config } from "../../../config/config";
import { isLoopback } from "../../../up42/hosts";
import { accountFacts } from "./account-facts";
import { deleteFacts, editFacts } from "./change-facts";
import { eventFacts } from "./event-facts";
import { type Fact, Facts } from "./facts";
import { type Receiver, startReceiver } from "./receiver";
import { Temporary } from "./temporary";
import { testFacts } from "./test-facts";
import { bodyFacts, createFacts, listFacts } from "./webhook-facts";
import { Wire } from "./wire";

/** How notifications reach this machine. */
export interface ReceiverOptions {
  /** An address that leads to `port` of this machine; default: this machine's own, for an API on it. */
  readonly receiver?: string | undefined;
  readonly port: number;
}

/** What came of trying. */
export interface Trial {
  readonly facts: readonly Fact[];
  /** How many webhooks an earlier run had left behind. */
  readonly removed: number;
  readonly redact: (text: string) => string;
}

/**
 * Tries each fact that this package relies on with temporary, inactive webhooks, and removes them however it ends.
 *
 * @param signal Ends it before the next request.
 * @throws the signal's reason; Up42Error when UP42 does not answer, or keeps a temporary webhook
 */
export async function tryFacts(
  config: Config,
  workspaceId: string,
  options: ReceiverOptions,
  signal: AbortSignal,
): Promise<Trial> {
  const wire = new Wire(config, signal);
  const facts = new Facts();
  await accountFacts(wire, await wire.logIn(), facts);
  const events = await eventFacts(wire, facts);
  const temporary = new Temporary(wire, `/workspaces/${encodeURIComponent(workspaceId)}/webhooks`);
  const removed = await temporary.removeOld();
  await listFacts(wire, temporary.path, facts);
  // An emulator on this machine; with TLS, the address may lead anywhere.
  const isNear = config.apiUrl.startsWith("http:") && isLoopback(new URL(config.apiUrl));
  const receiver = isNear || options.receiver !== undefined ? await startReceiver(options.port) : undefined;
  const url = options.receiver ?? receiver?.url ?? "https://pulumi-up42-doctor.invalid/";
  try {
    await webhookFacts(wire, temporary, { url, events }, receiver, facts);
  } finally {
    await receiver?.close();
    await temporary.removeAll();
  }
  facts.notTried("unknown", "100 requests a second are answered, bursts to 500", "it would hold up others");
  return { facts: facts.all, removed, redact: (text) => wire.redact(text) };
}

async function webhookFacts(
  wire: Wire,
  temporary: Temporary,
  webhook: { readonly url: string; readonly events: readonly string[] },
  receiver: Receiver | undefined,
  facts: Facts,
): Promise<void> {
  const subject = await createFacts(wire, temporary, webhook, facts);
  if (subject === undefined) {
    facts.notTried("documented", "All that is known of a webhook that exists", "none could be created");
    return;
  }
  await bodyFacts(temporary, webhook, facts);
  await editFacts(wire, temporary, subject, facts);
  await testFacts(wire, temporary, subject, receiver, facts);
  await deleteFacts(wire, temporary, subject, facts);
}
