import { type Difference, hasUnknown, isTexts, type Properties, sameValue } from "../properties";
import { sameEvents } from "../webhook/compare";
import { type WebhookTestState, withoutName } from "./fields";

const COMPARED = ["webhookId", "workspaceId", "webhook", "triggers", "profile"] as const;

/** Why the test has to run again, if it has to. */
export function diffWebhookTest(olds: WebhookTestState, news: Properties): Difference {
  const { eventNames } = news;
  const sameNames =
    isTexts(eventNames) && !hasUnknown(eventNames)
      ? sameEvents(eventNames, olds.eventNames ?? [])
      : sameValue(eventNames, olds.eventNames);
  const [before, after] = [withoutName(olds), withoutName(news)];
  const changed = COMPARED.filter((key) => hasUnknown(after[key]) || !sameValue(after[key], before[key]));
  // The engine itself repeats what failed, but a refresh makes it forget that it did.
  const hasFailed = olds.testsRun === 0 || olds.testsSucceeded !== olds.testsRun;
  return {
    changed: [
      ...changed,
      ...(sameNames ? [] : ["eventNames"]),
      ...(news.alwaysRun === true ? ["alwaysRun"] : []),
      ...(hasFailed ? ["testsSucceeded"] : []),
    ],
    replaces: [],
    isForced: hasFailed || news.alwaysRun === true,
  };
}
