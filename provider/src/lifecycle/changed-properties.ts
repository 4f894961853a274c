import { type Properties, sameValue } from "./properties";

/** Changes of these never reach UP42, so they need not be checked there. */
const LOCAL = new Set(["ifExists", "removeSecret"]);

/** The properties whose values differ, apart from those that concern only Pulumi or this package. */
export function changedProperties(olds: Properties, news: Properties): ReadonlySet<string> {
  const keys = [...Object.keys(olds), ...Object.keys(news)].filter(
    (key) => !key.startsWith("__") && !LOCAL.has(key),
  );
  return new Set(keys.filter((key) => !sameValue(olds[key], news[key])));
}
