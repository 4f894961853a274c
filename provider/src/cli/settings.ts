import { type Config, CREDENTIAL_KEYS, readConfig } from "../config/config";
import {
  type ConfigSource,
  lookUp,
  namesFor,
  SECRET_SETTINGS,
  SETTINGS,
  type SettingName,
} from "../config/lookup";

/** A setting as this command uses it, and where it comes from. */
export interface Setting {
  readonly name: SettingName;
  /** Undefined for a secret. */
  readonly value: string | undefined;
  readonly from: string;
}

const ALL_CREDENTIALS = new Set(Object.values(CREDENTIAL_KEYS).flat());

/**
 * The settings in use, in the order of the documentation; one that is not set is among them if it has a default.
 * @throws ConfigError when they cannot be used.
 */
export function settingsInUse(source: ConfigSource, profile: string | undefined): readonly Setting[] {
  const config = readConfig(source, profile);
  const names = namesFor(profile);
  const used = new Set(CREDENTIAL_KEYS[config.credentials.kind]);
  return SETTINGS.filter((name) => used.has(name) || !ALL_CREDENTIALS.has(name)).flatMap((name) => {
    const found = lookUp(source, names, name);
    if (found === undefined) {
      return defaultOf(name, config);
    }
    const place = found.inConfig ? "the stack's configuration" : "the environment";
    return [
      { name, value: SECRET_SETTINGS.has(name) ? undefined : found.value, from: `${found.from} in ${place}` },
    ];
  });
}

function defaultOf(name: SettingName, config: Config): readonly Setting[] {
  switch (name) {
    case "region":
      return [{ name, value: "eu", from: "the default" }];
    case "apiUrl":
      return [{ name, value: config.apiUrl, from: "the region" }];
    case "authUrl":
      return [
        { name, value: config.authUrl, from: config.authUrl === config.apiUrl ? "apiUrl" : "the region" },
      ];
    case "timeoutSeconds":
    case "maxRetries":
      return [{ name, value: String(config[name]), from: "the default" }];
    default:
      return [];
  }
}

/** Whose account it is, as far as the settings say; an access token does not. */
export function accountOf(settings: readonly Setting[]): string | undefined {
  return settings.find(({ name }) => name === "username" || name === "projectId")?.value;
}
