import { ConfigError } from "../up42/errors";
import { isId } from "../up42/ids";
import type { Credentials, Settings } from "../up42/settings";
import { addressOf, isEmulator } from "./address";
import { type ConfigSource, type Found, lookUp, type Names, namesFor, type SettingName } from "./lookup";

export type { ConfigSource } from "./lookup";

/** The provider's configuration, complete and checked. */
export interface Config extends Settings {
  /** Undefined: the workspace of the account that the credentials belong to. */
  readonly workspaceId: string | undefined;
  /** Whether `http://` may lead to hosts of private networks: to an emulator, and from there to receivers. */
  readonly allowHttp: boolean;
  /** What the names of its settings begin with, for messages: `up42`, or `up42-<profile>`. */
  readonly namespace: string;
}

/** UP42's hosts (documentation: developers/authentication; SDK). */
const REGIONS = new Map([
  ["eu", { apiUrl: "https://api.up42.com", authUrl: "https://auth.up42.com" }],
  ["sa", { apiUrl: "https://api.sa.up42.com", authUrl: "https://auth.sa.up42.com" }],
]);

type CredentialKind = Credentials["kind"];

/** The settings of each way to log in. */
export const CREDENTIAL_KEYS: Readonly<Record<CredentialKind, readonly SettingName[]>> = {
  password: ["username", "password"],
  projectApiKey: ["projectId", "projectApiKey"],
  accessToken: ["accessToken"],
};
const CREDENTIAL_KINDS: readonly CredentialKind[] = ["password", "projectApiKey", "accessToken"];

const DEFAULT_TIMEOUT_SECONDS = 120;
const DEFAULT_MAX_RETRIES = 5;
/** Why the environment of an inline program does not count. */
const CONFIG_ONLY =
  "In an inline program of Pulumi's Automation API, functions read the stack's configuration only: the environment of " +
  "this process is not the one that resources are deployed with.";
const PROFILE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Reads the configuration from the stack's config and the environment.
 *
 * @param profile Which set of settings to read: `up42-<profile>:…` and `UP42_<PROFILE>_…`; without one, `up42:…` and
 * `UP42_…`.
 * @throws ConfigError that lists what was found (names, never values) and what would be right.
 */
export function readConfig(source: ConfigSource, profile?: string): Config {
  if (profile !== undefined && !PROFILE.test(profile)) {
    throw new ConfigError(
      `profile "${profile}" is not a profile's name: use lower-case letters, digits and single hyphens, as in "team-a" ` +
        `(its settings are then up42-team-a:username and so on).`,
    );
  }
  const names = namesFor(profile);
  const find = (key: SettingName): Found | undefined => lookUp(source, names, key);
  const region = regionOf(find("region"));
  const allowHttp = flagOf(find("allowHttp"));
  const setting = `${names.config("allowHttp")} (or ${names.env("allowHttp")})`;
  const address = (key: "apiUrl" | "authUrl"): string | undefined => {
    const found = find(key);
    return found === undefined ? undefined : addressOf(found, { isAllowed: allowHttp, setting });
  };
  const apiUrl = address("apiUrl");
  return {
    credentials: credentialsOf(find, names, source.env !== undefined),
    workspaceId: idOf(find("workspaceId")),
    namespace: names.namespace,
    allowHttp,
    apiUrl: apiUrl ?? region.apiUrl,
    authUrl: address("authUrl") ?? (apiUrl !== undefined && isEmulator(apiUrl) ? apiUrl : region.authUrl),
    timeoutSeconds: numberOf(find("timeoutSeconds"), { least: 1, whole: false }) ?? DEFAULT_TIMEOUT_SECONDS,
    maxRetries: numberOf(find("maxRetries"), { least: 0, whole: true }) ?? DEFAULT_MAX_RETRIES,
  };
}

/**
 * Picks the one way to log in. What the stack's config names wins; the environment may complete it (a username in
 * the config, its password in the environment), or stands alone when the config names none.
 */
function credentialsOf(
  find: (key: SettingName) => Found | undefined,
  names: Names,
  readsEnvironment: boolean,
): Credentials {
  const ways = readsEnvironment ? waysToLogIn(names) : waysInConfig(names);
  const found = CREDENTIAL_KINDS.flatMap((kind) =>
    CREDENTIAL_KEYS[kind].flatMap((key) => {
      const value = find(key);
      return value === undefined ? [] : [{ kind, ...value }];
    }),
  );
  const configured = found.filter((one) => one.inConfig);
  const decisive = configured.length > 0 ? configured : found;
  const kinds = [...new Set(decisive.map((one) => one.kind))];
  const [kind] = kinds;
  if (kind === undefined) {
    const stored = names.namespace === "up42" ? "" : ` ${renamedProfile(names.namespace)}`;
    throw new ConfigError(`No UP42 credentials were found. ${ways}${stored}`);
  }
  const foundNames = decisive.map((one) => one.from).join(", ");
  if (kinds.length > 1) {
    throw new ConfigError(
      `The UP42 credentials contradict each other: found ${foundNames}, which are ${kinds.length} ways to log in. ` +
        `Keep one. ${ways}`,
    );
  }
  const missing = CREDENTIAL_KEYS[kind].filter((key) => find(key) === undefined);
  if (missing.length > 0) {
    const wanted = missing
      .map((key) => (readsEnvironment ? `${names.config(key)} (or ${names.env(key)})` : names.config(key)))
      .join(" and ");
    const where = readsEnvironment ? "" : ` ${CONFIG_ONLY}`;
    throw new ConfigError(
      `The UP42 credentials are incomplete: found ${foundNames}, but not ${wanted}.${where}`,
    );
  }
  return build(kind, (key) => find(key)?.value ?? "");
}

function build(kind: CredentialKind, value: (key: SettingName) => string): Credentials {
  switch (kind) {
    case "password":
      return { kind, username: value("username"), password: value("password") };
    case "projectApiKey":
      return { kind, projectId: value("projectId"), projectApiKey: value("projectApiKey") };
    case "accessToken":
      return { kind, accessToken: value("accessToken") };
  }
}

function settingsToLogIn(names: Names): string {
  return CREDENTIAL_KINDS.map((kind) =>
    CREDENTIAL_KEYS[kind].map((key) => names.config(key)).join(" + "),
  ).join(" | ");
}

function waysInConfig(names: Names): string {
  return `Set one of these in the stack's configuration, with \`stack.setConfig\`: ${settingsToLogIn(names)}. ${CONFIG_ONLY}`;
}

function waysToLogIn(names: Names): string {
  return (
    `Set one of: ${settingsToLogIn(names)}; for instance \`pulumi config set ${names.config("username")} you@example.com\` ` +
    `and \`pulumi config set --secret ${names.config("password")}\`, or the environment variables ` +
    `${names.env("username")} and ${names.env("password")}.`
  );
}

/** The state keeps a webhook's profile until an update has moved it to another one. */
function renamedProfile(namespace: string): string {
  const profile = namespace.slice("up42-".length);
  return (
    `If no resource of your program names the profile "${profile}" any more, the stack's state still does: keep the ` +
    `settings of ${namespace} until \`pulumi up\` has moved those resources to their new profile.`
  );
}

function regionOf(found: Found | undefined): { readonly apiUrl: string; readonly authUrl: string } {
  const region = REGIONS.get(found?.value ?? "eu");
  if (region === undefined) {
    throw new ConfigError(
      `${found?.from} is "${found?.value}", which is not a region of UP42: use ${[...REGIONS.keys()].join(" or ")}.`,
    );
  }
  return region;
}

function flagOf(found: Found | undefined): boolean {
  if (found !== undefined && found.value !== "true" && found.value !== "false") {
    throw new ConfigError(`${found.from} is "${found.value}"; it must be true or false.`);
  }
  return found?.value === "true";
}

function idOf(found: Found | undefined): string | undefined {
  if (found !== undefined && !isId(found.value)) {
    throw new ConfigError(`${found.from} is not the id of a workspace; UP42's console shows it, a UUID.`);
  }
  return found?.value;
}

function numberOf(found: Found | undefined, rule: { least: number; whole: boolean }): number | undefined {
  if (found === undefined) {
    return undefined;
  }
  const value = Number(found.value);
  if (!Number.isFinite(value) || value < rule.least || (rule.whole && !Number.isInteger(value))) {
    throw new ConfigError(
      `${found.from} is "${found.value}"; it must be a ${rule.whole ? "whole " : ""}number of at least ${rule.least}.`,
    );
  }
  return value;
}
