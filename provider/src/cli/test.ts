import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { bulkhead } from "cockatiel";
import type { Session } from "../lifecycle/session";
import { FailedTestError, runWebhookTest } from "../lifecycle/webhook-test/run";
import { messageOf, Up42Error } from "../up42/errors";
import type { RemoteWebhook } from "../up42/webhook";
import {
  type AccountOptions,
  listWebhooks,
  openSession,
  reporter,
  requireSelection,
  type Selection,
  select,
  workspaceOf,
} from "./account";
import { junitXml } from "./junit";
import { counted, print, printJson, table } from "./output";
import type { WebhookResult } from "./test-result";

/** The options of `pulumi-up42 test`. */
export interface TestOptions extends AccountOptions, Selection {
  readonly events?: readonly string[];
  readonly timeout: number;
  readonly json?: boolean;
  readonly junit?: string;
}

/** So many webhooks are tested at the same time. */
const AT_ONCE = 4;

/**
 * Tests webhooks and prints the result.
 * @returns The exit code: 0 when all arrived, 1 when some did not, 2 when that could not be found out.
 */
export async function testWebhooks(ids: readonly string[], options: TestOptions): Promise<number> {
  requireSelection(ids, options);
  const session = await openSession(options);
  const workspaceId = await workspaceOf(session, options);
  const selected = select(await listWebhooks(session, workspaceId), ids, options, workspaceId);
  const tested = subscribed(selected, options);
  if (tested.length === 0) {
    throw nothingToTest(workspaceId, selected, options);
  }
  const lanes = bulkhead(AT_ONCE, selected.length);
  const results = await Promise.all(
    tested.map((webhook) => lanes.execute(() => testOne(session, workspaceId, webhook, options))),
  );
  show(results, workspaceId, options);
  if (options.junit !== undefined) {
    await writeJunit(resolve(options.cwd, options.junit), results);
  }
  return exitCodeOf(results);
}

/** Nothing tested is no success: a spelling error in a pipeline must not look like one. */
function nothingToTest(
  workspaceId: string,
  webhooks: readonly RemoteWebhook[],
  { events }: TestOptions,
): Up42Error {
  const known = [...new Set(webhooks.flatMap((webhook) => webhook.events))].sort();
  return new Up42Error(
    webhooks.length === 0 || events === undefined
      ? `Failed to test the webhooks of workspace ${workspaceId}: it has none. Check the workspace (--workspace).`
      : `Failed to test the webhooks of workspace ${workspaceId}: none of them subscribes to ${events.join(", ")}, only to ` +
          `${known.join(", ")}. Check --events.`,
  );
}

async function writeJunit(file: string, results: readonly WebhookResult[]): Promise<void> {
  try {
    await writeFile(file, junitXml(results));
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
    throw new Up42Error(
      `Failed to write ${file} (--junit): ${reason}. Create its folder, or name another file.`,
      {
        cause: error,
      },
    );
  }
}

/** With `--all`, `--events` also says which webhooks: those that subscribe to one of them. */
function subscribed(webhooks: readonly RemoteWebhook[], options: TestOptions): readonly RemoteWebhook[] {
  const { all = false, events } = options;
  return all && events !== undefined
    ? webhooks.filter((webhook) => webhook.events.some((event) => events.includes(event)))
    : webhooks;
}

async function testOne(
  session: Session,
  workspaceId: string,
  webhook: RemoteWebhook,
  options: TestOptions,
): Promise<WebhookResult> {
  const { id, name, events, active } = webhook;
  const eventNames = options.all
    ? options.events?.filter((event) => events.includes(event))
    : options.events && [...options.events];
  try {
    const inputs = {
      webhookId: id,
      workspaceId,
      eventNames,
      timeoutSeconds: options.timeout,
    };
    const { tests } = await runWebhookTest(session, { reporter }, inputs, webhook);
    return { id, name, active, tests };
  } catch (error) {
    if (error instanceof FailedTestError) {
      const { tests } = error.outcome;
      return tests.length > 0
        ? { id, name, active, tests }
        : { id, name, active, tests, error: error.message };
    }
    if (error instanceof Up42Error) {
      return { id, name, active, tests: [], error: error.message };
    }
    throw error;
  }
}

function show(results: readonly WebhookResult[], workspaceId: string, { json = false }: TestOptions): void {
  const tests = results.flatMap((result) => result.tests);
  const succeeded = tests.filter(({ success }) => success).length;
  const summary = {
    testsRun: tests.length,
    testsSucceeded: succeeded,
    testsFailed: tests.length - succeeded,
    errors: results.filter(({ error }) => error !== undefined).length,
  };
  if (json) {
    printJson({ workspaceId, ...summary, webhooks: results });
    return;
  }
  if (results.length > 0) {
    print(table(["WEBHOOK", "NAME", "EVENT", "RESULT", "MESSAGE"], results.flatMap(rowsOf)));
    print("");
  }
  for (const { id, name } of results.filter(({ active }) => !active)) {
    print(`Webhook "${name}" (${id}) is inactive: UP42 sends it no notifications but tests.`);
  }
  print(
    `Workspace ${workspaceId}, ${counted(results.length, "webhook")}: ${succeeded} of ${tests.length} tests succeeded` +
      `${summary.errors === 0 ? "" : `, ${counted(summary.errors, "webhook")} could not be tested`}.`,
  );
}

function rowsOf({ id, name, tests, error }: WebhookResult): readonly (readonly string[])[] {
  const rows = tests.map(({ eventName, success, message, response }) => [
    id,
    name,
    eventName,
    success ? "ok" : "FAILED",
    success || response === "" ? message : `${message} (response: ${response})`,
  ]);
  return error === undefined ? rows : [...rows, [id, name, "", "ERROR", error]];
}

function exitCodeOf(results: readonly WebhookResult[]): number {
  if (results.some(({ error }) => error !== undefined)) {
    return 2;
  }
  return results.some(({ tests }) => tests.some(({ success }) => !success)) ? 1 : 0;
}
