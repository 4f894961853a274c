import * as pulumi from "@pulumi/pulumi";
import { isRunByCli } from "../config/run-by-cli";
import type { Reporter } from "../lifecycle/caller";
import type { Session } from "../lifecycle/session";
import { Sessions } from "../lifecycle/sessions";
import * as find from "../lifecycle/webhook/find";
import { Up42Error } from "../up42/errors";
import type { WebhookEvent } from "../up42/model";
import type { GetWebhookArgs, GetWebhookResult, WorkspaceLookup } from "./results";

/**
 * One login for all functions of a program. The configuration is read again for each call, since inline programs of
 * several stacks run in one process.
 * The CLI runs a program and its resources with the same environment. An inline program of the Automation API runs in
 * another process than its resources, whose environment may name another account: it does not count.
 */
const sessions = new Sessions({ config: readStackConfig, env: isRunByCli() ? process.env : undefined });

const reporter: Reporter = {
  info: (line) => void pulumi.log.info(line),
  warn: (line) => void pulumi.log.warn(line),
  progress: (line) => void pulumi.log.info(line, undefined, undefined, true),
};

/** Reads a key such as `up42:password`, secret or not: the value goes nowhere but into the login. */
function readStackConfig(key: string): string | undefined {
  const [namespace, name = ""] = key.split(":");
  return new pulumi.Config(namespace).get(name);
}

/** @throws pulumi.RunError */
export async function listEvents({ profile }: Pick<WorkspaceLookup, "profile">): Promise<WebhookEvent[]> {
  return await run(profile, async (session) => [...(await find.listEvents(session, { reporter }))]);
}

/** @throws pulumi.RunError */
export async function listWebhooks(lookup: WorkspaceLookup): Promise<GetWebhookResult[]> {
  return await run(lookup.profile, async (session) =>
    (await find.listWebhooks(session, { reporter }, lookup)).map(resultOf),
  );
}

/** @throws pulumi.RunError */
export async function findWebhook(lookup: GetWebhookArgs): Promise<GetWebhookResult> {
  return await run(lookup.profile, async (session) =>
    resultOf(await find.findWebhook(session, { reporter }, lookup)),
  );
}

/**
 * {@link findWebhook}; undefined when nothing has the name and the URL.
 * @throws pulumi.RunError
 */
export async function findWebhookIfAny(lookup: GetWebhookArgs): Promise<GetWebhookResult | undefined> {
  try {
    return await findWebhook(lookup);
  } catch (error) {
    if (error instanceof NoMatchRunError) {
      return undefined;
    }
    throw error;
  }
}

/** A {@link find.NoMatchError} as Pulumi shows it. */
class NoMatchRunError extends pulumi.RunError {}

function resultOf({ secret, events, ...rest }: find.FoundWebhook): GetWebhookResult {
  return {
    ...rest,
    events: [...events],
    secret: secret === undefined ? undefined : pulumi.secret(secret),
  };
}

/** Pulumi shows a `RunError` by its message alone; anything else comes with a trace that helps no user. */
async function run<T>(profile: string | undefined, work: (session: Session) => Promise<T>): Promise<T> {
  sessions.reread();
  try {
    return await work(sessions.for(profile));
  } catch (error) {
    if (error instanceof Up42Error) {
      const { message, cause } = error;
      throw cause instanceof find.NoMatchError ? new NoMatchRunError(message) : new pulumi.RunError(message);
    }
    throw error;
  }
}
