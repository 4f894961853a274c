import { readConfig } from "../config/config";
import { type ConfigSource, lookUp, namesFor, type SettingName } from "../config/lookup";
import type { Credentials } from "../up42/settings";

/** A setting as this command uses it, and where it comes from. */
export interface Setting {
  readonly name: SettingName;
  /** Undefined for a secret. */
  readonly value: string | undefined;
  readonly from: string;
}

const CREDENTIALS: Readonly<Record<Credentials["kind"], readonly SettingName[]>> = {
  password: ["username", "password"],
  projectApiKey: ["projectId", "projectApiKey"],
  accessToken: ["accessToken"],
};
const HIDDEN: ReadonlySet<SettingName> = new Set<SettingName>(["password", "projectApiKey", "accessToken"]);

/**
 * The settings in use, in the order of the documentation. The workspace is among them only if it is configured.
 * @throws ConfigError when they cannot be used.
 */
export function settingsInUse(source: ConfigSource, profile: string | undefined): readonly Setting[] {
  const config = readConfig(source, profile);
  const names = namesFor(profile);
  const setting = (name: SettingName, otherwise: string | undefined, why: string): readonly Setting[] => {
    const found = lookUp(source, names, name);
    if (found === undefined) {
      return otherwise === undefined ? [] : [{ name, value: otherwise, from: why }];
    }
    const place = found.inConfig ? "the stack's configuration" : "the environment";
    return [{ name, value: HIDDEN.has(name) ? undefined : found.value, from: `${found.from} in ${place}` }];
  };
  const { kind } = config.credentials;
  return [
    ...CREDENTIALS[kind].flatMap((name) => setting(name, undefined, "")),
    ...setting("workspaceId", undefined, ""),
    ...setting("region", "eu", "the default"),
    ...setting("apiUrl", config.apiUrl, "the region"),
    ...setting("authUrl", config.authUrl, config.authUrl === config.apiUrl ? "apiUrl" : "the region"),
    ...setting("allowHttp", undefined, ""),
    ...setting("timeoutSeconds", String(config.timeoutSeconds), "the default"),
    ...setting("maxRetries", String(config.maxRetries), "the default"),
  ];
}

/** Whose account it is, as far as the settings say; an access token does not. */
export function accountOf(settings: readonly Setting[]): string | undefined {
  return settings.find(({ name }) => name === "username" || name === "projectId")?.value;
}
