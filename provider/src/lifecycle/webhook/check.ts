import { Up42Error } from "../../up42/errors";
import { isLoopback } from "../../up42/hosts";
import type { Operation } from "../../up42/operation";
import type { RemoteWebhook } from "../../up42/webhook";
import { changedProperties } from "../changed-properties";
import { unknownEvents } from "../event-names";
import {
  type Checked,
  type CheckFailure,
  compact,
  failure,
  failureOf,
  hasUnknown,
  type Known,
  type Properties,
  parseInputs,
} from "../properties";
import type { Call } from "../resource";
import type { Session } from "../session";
import { planAdoption, takenAway } from "./adopt";
import { webhookInputFields } from "./fields";
import { existingTwins, spellTwins } from "./twins";

type KnownInputs = Known<typeof webhookInputFields>;

/** All that the parts of a check need. */
interface Checking {
  readonly session: Session;
  readonly call: Call;
  readonly olds: Properties;
  readonly known: KnownInputs;
  /** With the defaults filled in. */
  readonly inputs: Properties;
  readonly changed: ReadonlySet<string>;
}

/**
 * Checks a webhook's inputs and fills in the defaults. Asks UP42 only when something is new or has changed: that
 * the credentials are accepted, that the events exist, that the workspace is ours, and that no other webhook has the
 * same name and URL.
 */
export async function checkWebhook(call: Call, olds: Properties, given: Properties): Promise<Checked> {
  // A program in Node.js has filled in the name itself.
  const name = given.name ?? (call.resource === undefined ? undefined : labelOf(call.resource));
  const news = compact({ ...given, name });
  const { known, failures } = parseInputs(webhookInputFields, news);
  const contradiction =
    known.removeSecret === true && known.secret !== undefined
      ? [failure("removeSecret", "is true, and `secret` is given: give one of them")]
      : [];
  if (failures.length + contradiction.length > 0) {
    return { inputs: news, failures: [...failures, ...contradiction] };
  }
  try {
    const session = call.sessions.for(news.profile);
    session.api.conceal(known.secret);
    return await session.run(
      `check webhook "${known.name ?? "(name not known yet)"}"`,
      call,
      async (operation) => {
        const workspaceId = await resolveWorkspaceId(session, olds, news, operation);
        const inputs = compact({ ...news, active: news.active ?? false, workspaceId });
        const changed = changedProperties(olds, inputs);
        const checking = { session, call, olds, known, inputs, changed };
        return { inputs, failures: await failuresOf(checking, operation) };
      },
    );
  } catch (error) {
    return { inputs: news, failures: [failureOf(error)] };
  }
}

/** The workspace of a resource; not known yet, if that is what the program says. */
export async function resolveWorkspaceId(
  session: Session,
  olds: Properties,
  news: Properties,
  operation: Operation,
): Promise<string> {
  const [named, before] = [news.workspaceId, olds.workspaceId].map((id) =>
    typeof id === "string" ? id : undefined,
  );
  return await session.workspaceId(named, operation, hasUnknown(before) ? undefined : before);
}

async function failuresOf(checking: Checking, operation: Operation): Promise<readonly CheckFailure[]> {
  const { session, call, known, changed } = checking;
  const early = [...duplicateInProgram(checking), ...lostByImport(checking), ...plainHttp(checking)];
  if (early.length > 0 || changed.size === 0) {
    return early;
  }
  const [eventFailures, , identityFailures] = await Promise.all([
    changed.has("events") && known.events !== undefined
      ? session.eventNames(call).then((names) => unknownEvents("events", known.events ?? [], names))
      : [],
    session.api.login(operation),
    checkIdentity(checking, operation),
  ]);
  return [...eventFailures, ...identityFailures];
}

/** A receiver in a private network is an emulator's, and only on request: notifications would arrive in clear. */
function plainHttp({ session, known: { url } }: Checking): readonly CheckFailure[] {
  const isAllowed =
    url === undefined || !/^http:/i.test(url) || isLoopback(new URL(url)) || session.allowsHttp;
  return isAllowed
    ? []
    : [
        failure(
          "url",
          `must start with https:// (http:// is accepted only for this machine, with the emulator; set ` +
            `${session.settingName("allowHttp")} to true for hosts of private networks)`,
        ),
      ];
}

/** Two resources of one program with the same name and URL would send every notification twice. */
function duplicateInProgram({ session, call, known, inputs }: Checking): readonly CheckFailure[] {
  const { name, url, ifExists } = known;
  const { workspaceId } = inputs;
  const isComparable = name !== undefined && url !== undefined && typeof workspaceId === "string";
  if (call.resource === undefined || !isComparable || ifExists === "create") {
    return [];
  }
  const { declarations } = session.claims;
  const other = declarations.declare(workspaceId, call.resource, { name, url }) ?? call.twin;
  return other === undefined
    ? []
    : [
        failure(
          "name",
          `the resources "${labelOf(other)}" and "${labelOf(call.resource)}" declare webhooks with the same name ` +
            `("${name}") and URL (${url}): every notification would arrive twice. Remove one of them, or give one another ` +
            'name or URL; if you do want two, set ifExists: "create" on one of them',
        ),
      ];
}

/** An import says what is there; a program that leaves something out does not mean to take it away. */
function lostByImport({ call, olds, known, inputs }: Checking): readonly CheckFailure[] {
  const { importedId } = call;
  if (importedId === undefined) {
    return [];
  }
  const secret = typeof olds.secret === "string" && inputs.secret === undefined ? olds.secret : undefined;
  const active = olds.active === true && inputs.active === false;
  return takenAway({ id: importedId, active, secret }, known, "imported");
}

/** A resource's name, without the number that distinguishes it from others of the same name. */
export function labelOf(resource: string): string {
  return resource.replace(/#\d+$/, "");
}

/** The list is needed before the first create anyway; here, it also shows whether the workspace is ours. */
async function checkIdentity(checking: Checking, operation: Operation): Promise<readonly CheckFailure[]> {
  const { session, inputs, changed, known } = checking;
  const { workspaceId } = inputs;
  const isAffected = ["workspaceId", "name", "url"].some((field) => changed.has(field));
  if (!isAffected || typeof workspaceId !== "string" || hasUnknown(workspaceId)) {
    return [];
  }
  const workspace = session.workspace(workspaceId);
  await workspace.before(operation).catch((error: unknown) => {
    throw inWorkspace(error, workspaceId);
  });
  if (known.name === undefined || known.url === undefined) {
    return [];
  }
  const twins = await existingTwins(workspace, { name: known.name, url: known.url }, operation);
  if (twins.length === 0 || known.ifExists === "create") {
    return [];
  }
  return isCreate(checking) ? plannedCreate(checking, twins) : refusedUpdate(checking, twins);
}

function inWorkspace(error: unknown, workspaceId: string): unknown {
  return error instanceof Up42Error && !error.isComplete
    ? new Up42Error(
        `the webhooks of workspace ${workspaceId} (workspaceId) cannot be listed: ${error.message}`,
        {
          cause: error,
          code: error.code,
          nextStep: error.nextStep,
        },
      )
    : error;
}

/** Without olds there is nothing yet; in another workspace, a new one is created. */
function isCreate({ olds, changed }: Checking): boolean {
  return olds.url === undefined || changed.has("workspaceId");
}

function plannedCreate({ call, known }: Checking, twins: readonly RemoteWebhook[]): readonly CheckFailure[] {
  const { name = "", url = "", ifExists } = known;
  const [existing] = twins;
  const found = `the workspace has ${spellTwins(twins, { name, url })} with this name and URL already`;
  if (ifExists !== "adopt" || existing === undefined || twins.length > 1) {
    call.reporter.warn(
      `Webhook "${name}": ${found}; creating it is going to be refused, unless the stack deletes that one first (see ifExists).`,
    );
    return [];
  }
  const { changes, failures } = planAdoption(existing, known);
  const consequence = changes.length === 0 ? "changes nothing of it" : `changes ${changes.join("; ")}`;
  call.reporter.info(`Webhook "${name}": ${found}; adopting it ${consequence}.`);
  return failures;
}

/** An update of the name or the URL into those of a webhook that is there. */
function refusedUpdate({ olds, known }: Checking, twins: readonly RemoteWebhook[]): readonly CheckFailure[] {
  const { name = "", url = "" } = known;
  const others = twins.filter((twin) => !(twin.name === olds.name && twin.url === olds.url));
  return others.length === 0
    ? []
    : [
        failure(
          "url",
          `workspace has ${spellTwins(others, { name, url })} with the name "${name}" and this URL already: every ` +
            "notification would arrive twice. Give this webhook another name or URL, delete the other one first, or set " +
            'ifExists: "create" if you do want two',
        ),
      ];
}
