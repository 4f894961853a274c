import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../config";
import { Session } from "../lifecycle/session";
import { Up42Client } from "../up42/client";

const sessions = new Map<string, Session>();

/**
 * The session that serves a program's functions: one for each configuration, so that they share one login. By the
 * configuration itself and not by the profile's name, since one process may run the programs of several stacks
 * (Pulumi's Automation API).
 *
 * @throws ConfigError when the configuration cannot be used.
 */
export function sessionOfProgram(profile: string | undefined): Session {
  const config = readConfig({ config: readStackConfig, env: process.env }, profile);
  const key = JSON.stringify(config);
  const session =
    sessions.get(key) ?? new Session(new Up42Client(config), config, (line) => void pulumi.log.info(line));
  sessions.set(key, session);
  return session;
}

/** Reads a key such as `up42:password`, secret or not: the value goes nowhere but into the login. */
function readStackConfig(key: string): string | undefined {
  const [namespace, name = ""] = key.split(":");
  return new pulumi.Config(namespace).get(name);
}
