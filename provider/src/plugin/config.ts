import { readConfig } from "../config/config";
import { SETTINGS } from "../config/lookup";
import {
  type Checked,
  failure,
  failureOf,
  hasUnknown,
  type Properties,
  sameValue,
} from "../lifecycle/properties";

/** What the engine itself keeps among a provider's inputs. */
const OF_THE_ENGINE: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "pluginChecksums"]);

/** Checks a provider's settings, as far as they are known. */
export function checkSettings(settings: Properties): Checked {
  const names: readonly string[] = SETTINGS;
  const unknown = Object.keys(settings).filter((name) => isOwn(name) && !names.includes(name));
  if (unknown.length > 0 || hasUnknown(settings)) {
    const failures = unknown.map((name) =>
      failure(name, `is not a setting of this provider; it has ${SETTINGS.join(", ")}`),
    );
    return { inputs: settings, failures };
  }
  try {
    readConfig({ config: settingsOf(settings), env: process.env });
    return { inputs: settings, failures: [] };
  } catch (error) {
    return { inputs: settings, failures: [failureOf(error)] };
  }
}

/** The settings that differ. None of them needs a new provider: resources see for themselves what it means for them. */
export function changedSettings(olds: Properties, news: Properties): readonly string[] {
  const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...names].filter(
    (name) => isOwn(name) && (hasUnknown(news[name]) || !sameValue(olds[name], news[name])),
  );
}

/** Reads settings by the names that they have in a stack's configuration, such as `up42:username`. */
export function settingsOf(settings: Properties): (key: string) => string | undefined {
  return (key) => {
    const value = settings[key.replace(/^up42:/, "")];
    return value === undefined ? undefined : String(value);
  };
}

function isOwn(name: string): boolean {
  return !OF_THE_ENGINE.has(name) && !name.startsWith("__");
}
