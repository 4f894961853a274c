import { readConfig } from "../config";
import { Session } from "../lifecycle/session";
import { Up42Client } from "../up42/client";

/** Reads one key of the stack's configuration. */
export type ConfigReader = (key: string) => string | undefined;

const sessions = new Map<string, Session>();
let readStackConfig: ConfigReader = () => undefined;

/**
 * Hands the sessions the stack's configuration. It is the same for every resource of an operation, so it does not
 * matter which of them configures first; nothing is read yet.
 */
export function configureSessions(reader: ConfigReader): void {
  readStackConfig = reader;
}

/**
 * The session of a profile, made when it is first needed: a run that changes nothing asks UP42 nothing.
 * @throws ConfigError when the configuration cannot be used.
 */
export function sessionFor(profile: unknown): Session {
  const name = typeof profile === "string" ? profile : undefined;
  const known = sessions.get(name ?? "");
  if (known !== undefined) {
    return known;
  }
  const config = readConfig({ config: readStackConfig, env: process.env }, name);
  // What a provider's host prints, Pulumi shows as a message of the stack.
  const session = new Session(new Up42Client(config), config, (line) => console.log(line));
  sessions.set(name ?? "", session);
  return session;
}
