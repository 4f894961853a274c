import { type Config, type ConfigSource, readConfig } from "../config/config";
import { Up42Client } from "../up42/client";
import { Redactor } from "../up42/redact";
import { Claims } from "./claims";
import { Session } from "./session";

/** What sessions share, whichever account they are of. */
interface ProcessWide {
  /** Whether Pulumi has ended or was interrupted: then nothing more is sent. Default: never. */
  readonly isAbandoned?: (() => boolean | Promise<boolean>) | undefined;
  /** Default: those of a process that serves all of an engine's resources. */
  readonly claims?: Claims;
  readonly redactor?: Redactor;
}

/** What the sessions of a process are made from. */
export interface SessionsOptions extends ConfigSource, Omit<ProcessWide, "redactor"> {}

/** Makes a session from a configuration. */
export function openSession(config: Config, { isAbandoned, claims, redactor }: ProcessWide = {}): Session {
  return new Session(new Up42Client(config, { isAbandoned, redactor }), config, claims);
}

/** The sessions of a process: one for each account that its configuration names. */
export class Sessions {
  /** Which webhooks have an owner, in all accounts. */
  readonly claims: Claims;
  /** Hides the secrets that this process has met, whichever account they belong to. */
  readonly redactor = new Redactor();
  readonly #options: SessionsOptions;
  /** By configuration, and not by profile: one process may run the programs of several stacks. */
  readonly #sessions = new Map<string, Session>();
  /** By profile, since the configuration was last read. */
  readonly #current = new Map<string | undefined, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.claims = options.claims ?? new Claims();
  }

  /**
   * The session of a profile, made when it is first needed.
   *
   * @throws ConfigError when the configuration cannot be used.
   */
  for(profile: unknown): Session {
    const name = typeof profile === "string" ? profile : undefined;
    const session = this.#current.get(name) ?? this.#sessionOf(readConfig(this.#options, name));
    this.#current.set(name, session);
    return session;
  }

  /** Reads the configuration again when a session is next needed: it may be another one now. */
  reread(): void {
    this.#current.clear();
  }

  #sessionOf(config: Config): Session {
    const key = JSON.stringify(config);
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      return known;
    }
    const { isAbandoned } = this.#options;
    const session = openSession(config, { isAbandoned, claims: this.claims, redactor: this.redactor });
    this.#sessions.set(key, session);
    return session;
  }
}
