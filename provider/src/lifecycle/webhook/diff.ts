import { type Difference, hasUnknown, isTexts, type Properties } from "../properties";
import { type WebhookState, webhookFieldRules } from "./fields";

const RULES = Object.entries(webhookFieldRules);
const REPLACING = RULES.filter(([, { replaces }]) => replaces === true).map(([field]) => field);

/** What changed between the state and the inputs, by meaning; what is not known yet counts as changed. */
export function diffWebhook(state: WebhookState, news: Properties): Difference {
  const stored: Properties = state;
  const changed = RULES.filter(
    ([field, { same }]) =>
      same !== undefined && (hasUnknown(news[field]) || !same(news[field], stored[field])),
  ).map(([field]) => field);
  const replacing = new Set([...REPLACING, ...rootsOf(news.__replaceOnChanges)]);
  return { changed, replaces: changed.filter((field) => replacing.has(field) || replacing.has("*")) };
}

/** The properties that paths such as `events[0]` begin with. */
function rootsOf(paths: unknown): readonly string[] {
  return isTexts(paths) ? paths.map((path) => path.replace(/[.[].*/, "")) : [];
}
