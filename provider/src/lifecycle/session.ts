import type { WebhooksApi } from "../up42/api";
import { Up42Error } from "../up42/errors";
import { Deadline, type Operation } from "../up42/operation";
import { printable } from "../up42/printable";
import { Workspace } from "./workspace";

/** Knowing the events is a courtesy: it may not hold up a deployment for longer than this. */
const EVENTS_TIMEOUT_MS = 10_000;

/** What the lifecycle needs of the configuration. */
export interface SessionSettings {
  readonly workspaceId: string | undefined;
  readonly timeoutSeconds: number;
}

/** All that is known and under way at UP42 for one set of credentials, in this process. */
export class Session {
  readonly #settings: SessionSettings;
  readonly #report: (line: string) => void;
  readonly #workspaces = new Map<string, Workspace>();
  #ownWorkspaceId: Promise<string> | undefined;
  #eventNames: Promise<readonly string[] | undefined> | undefined;

  constructor(
    readonly api: WebhooksApi,
    settings: SessionSettings,
    report: (line: string) => void,
  ) {
    this.#settings = settings;
    this.#report = (line) => report(printable(line));
  }

  /** The workspace that the configuration names. */
  get configuredWorkspaceId(): string | undefined {
    return this.#settings.workspaceId;
  }

  /** Begins an operation: its time starts to run. `what` completes the sentence "Could not …". */
  operation(what: string, timeoutMs: number = this.#settings.timeoutSeconds * 1000): Operation {
    return { what, deadline: new Deadline(timeoutMs), report: this.#report };
  }

  report(line: string): void {
    this.#report(line);
  }

  workspace(id: string): Workspace {
    const workspace = this.#workspaces.get(id) ?? new Workspace(this.api, id);
    this.#workspaces.set(id, workspace);
    return workspace;
  }

  /** The workspace of the account that the credentials belong to; asked for once. */
  async ownWorkspaceId(): Promise<string> {
    this.#ownWorkspaceId ??= this.api
      .ownWorkspaceId(this.operation("find out the workspace of the account"))
      .catch((error: unknown) => {
        this.#ownWorkspaceId = undefined;
        throw error;
      });
    return await this.#ownWorkspaceId;
  }

  /** The names of the events that UP42 knows; undefined, after a warning, when it does not tell. */
  async eventNames(): Promise<readonly string[] | undefined> {
    this.#eventNames ??= this.#askForEventNames();
    return await this.#eventNames;
  }

  async #askForEventNames(): Promise<readonly string[] | undefined> {
    try {
      const events = await this.api.listEvents(this.operation("list UP42's events", EVENTS_TIMEOUT_MS));
      return events.map((event) => event.name);
    } catch (error) {
      if (!(error instanceof Up42Error)) {
        throw error;
      }
      this.#report(`warning: the names of events are not checked. ${error.message}`);
      return undefined;
    }
  }
}
