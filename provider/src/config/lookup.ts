/** Where a value comes from; `config` wins over `env`. */
export interface ConfigSource {
  /** Reads a key of the stack's configuration, for instance `up42:username`. */
  readonly config: (key: string) => string | undefined;
  /** Undefined in a process whose environment is not the one that the resources' operations run in. */
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
}

/** The settings, in the order in which messages list them. */
export const SETTINGS = [
  "username",
  "password",
  "projectId",
  "projectApiKey",
  "accessToken",
  "workspaceId",
  "region",
  "apiUrl",
  "authUrl",
  "allowHttp",
  "timeoutSeconds",
  "maxRetries",
] as const;

/** The name of a setting. */
export type SettingName = (typeof SETTINGS)[number];

/** Settings that are secrets, whatever else says of them. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set<SettingName>([
  "password",
  "projectApiKey",
  "accessToken",
]);

/** A setting that has a value. */
export interface Found {
  readonly value: string;
  /** The name under which it was found, for messages. */
  readonly from: string;
  readonly inConfig: boolean;
}

/** What the settings of a profile are called. */
export interface Names {
  readonly namespace: string;
  readonly config: (key: SettingName) => string;
  readonly env: (key: SettingName) => string;
}

export function namesFor(profile: string | undefined): Names {
  const namespace = profile === undefined ? "up42" : `up42-${profile}`;
  const prefix = namespace.toUpperCase().replaceAll("-", "_");
  return {
    namespace,
    config: (key) => `${namespace}:${key}`,
    env: (key) => `${prefix}_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
  };
}

/** A setting from the stack's configuration, else from the environment. An empty one counts as none. */
export function lookUp(source: ConfigSource, names: Names, key: SettingName): Found | undefined {
  const configured = source.config(names.config(key))?.trim();
  if (configured !== undefined && configured !== "") {
    return { value: configured, from: names.config(key), inConfig: true };
  }
  const fromEnvironment = source.env?.[names.env(key)]?.trim();
  if (fromEnvironment !== undefined && fromEnvironment !== "") {
    return { value: fromEnvironment, from: names.env(key), inConfig: false };
  }
  return undefined;
}
