import type { Config } from "../config/config";
import type { WebhooksApi } from "../up42/api";
import { AbandonedError, ConfigError, Up42Error } from "../up42/errors";
import { Deadline, type Operation } from "../up42/operation";
import { waitFor } from "../up42/waiting";
import type { Caller } from "./caller";
import { Claims } from "./claims";
import { nextStepFor } from "./next-steps";
import { Workspace } from "./workspace";

/** Knowing the events is a courtesy: it may not hold up a deployment for longer than this. */
const EVENTS_TIMEOUT_MS = 10_000;

/** What a session needs of the configuration. */
export type SessionSettings = Pick<Config, "workspaceId" | "timeoutSeconds" | "namespace"> &
  Partial<Pick<Config, "allowHttp">>;

/** All that is known and under way at UP42 for one set of credentials, in this process. */
export class Session {
  readonly #settings: SessionSettings;
  readonly #workspaces = new Map<string, Workspace>();
  #ownWorkspaceId: Promise<string> | undefined;
  #eventNames: Promise<readonly string[] | undefined> | undefined;

  constructor(
    readonly api: WebhooksApi,
    settings: SessionSettings,
    readonly claims: Claims = new Claims(),
  ) {
    this.#settings = settings;
  }

  /** A setting's name as the user writes it. */
  settingName(name: string): string {
    return `${this.#settings.namespace}:${name}`;
  }

  /**
   * Runs an operation: its time starts now, and its errors say what has failed and what to do next.
   *
   * @param what Completes the sentence "Failed to …", for instance `create webhook "orders"`.
   */
  async run<T>(
    what: string,
    { reporter, timeoutMs = this.#settings.timeoutSeconds * 1000 }: Caller,
    work: (operation: Operation) => Promise<T>,
  ): Promise<T> {
    const report = (line: string) => reporter.progress(`${what}: ${line}`);
    try {
      return await work({ deadline: new Deadline(timeoutMs), report });
    } catch (error) {
      throw this.#complete(what, error);
    }
  }

  #complete(what: string, error: unknown): unknown {
    if (!(error instanceof Up42Error) || error.isComplete) {
      return error;
    }
    const nextStep = error.nextStep ?? nextStepFor(error.code, this.#settings.namespace);
    const message = `Failed to ${what}: ${endOf(error.message)} ${endOf(nextStep)}`;
    return new Up42Error(message, { cause: error, code: error.code, isComplete: true });
  }

  workspace(id: string): Workspace {
    const workspace = this.#workspaces.get(id) ?? new Workspace(this.api, id, this.claims);
    this.#workspaces.set(id, workspace);
    return workspace;
  }

  /**
   * The workspace that is named, the configuration's, the one that a resource was in before, or the account's own; the
   * last takes a request.
   */
  async workspaceId(named: string | undefined, operation: Operation, before?: string): Promise<string> {
    return named ?? this.#settings.workspaceId ?? before ?? (await this.#askForOwnWorkspaceId(operation));
  }

  /** Whether `http://` may lead to hosts of private networks. */
  get allowsHttp(): boolean {
    return this.#settings.allowHttp ?? false;
  }

  /** One request serves all that wait for it, so it has a time of its own. */
  async #askForOwnWorkspaceId(operation: Operation): Promise<string> {
    this.#ownWorkspaceId ??= this.api.ownWorkspaceId(this.#shared(operation)).catch((error: unknown) => {
      this.#ownWorkspaceId = undefined;
      throw error;
    });
    return await waitFor(this.#ownWorkspaceId, operation, "looking up the account's workspace");
  }

  /** The names of the events that UP42 knows; undefined, after a warning, when it does not answer. */
  async eventNames(caller: Caller): Promise<readonly string[] | undefined> {
    this.#eventNames ??= this.#askForEventNames(caller);
    return await this.#eventNames;
  }

  async #askForEventNames({ reporter }: Caller): Promise<readonly string[] | undefined> {
    try {
      const events = await this.run(
        "list UP42's events",
        { reporter, timeoutMs: EVENTS_TIMEOUT_MS },
        async (operation) => await this.api.listEvents(operation),
      );
      return events.map((event) => event.name);
    } catch (error) {
      const isOfUp42 = error instanceof Up42Error && !(error instanceof ConfigError);
      if (!isOfUp42 || error instanceof AbandonedError) {
        throw error;
      }
      reporter.warn(`The names of events are not checked. ${error.message}`);
      return undefined;
    }
  }

  #shared({ report }: Operation): Operation {
    return { deadline: new Deadline(this.#settings.timeoutSeconds * 1000), report };
  }
}

/** A sentence with its full stop. */
function endOf(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
