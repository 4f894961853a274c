import * as v from "valibot";
import { isPrivate } from "../../up42/hosts";
import { isId } from "../../up42/ids";
import { isTexts } from "../properties";
import { sameEvents, sameUrl } from "./compare";

/** What each property must look like; the messages complete "<property>: …". */

/** A line break or a control character in a name would let it write lines of its own into logs. */
const isPrintable = (value: string): boolean => !/\p{C}/u.test(value);
const notPrintable = "must not contain line breaks or control characters";

export const nonEmptyText = v.pipe(
  v.string("must be a string"),
  v.check((value) => value.trim() !== "", "must not be empty"),
  v.check(isPrintable, notPrintable),
);

export const id = v.pipe(
  nonEmptyText,
  v.check(isId, "is not an id of UP42's: those are UUIDs, without slashes, dots alone, `?` or `#`"),
);

const url = v.pipe(
  v.string("is required: the https:// address that UP42 sends notifications to"),
  v.check(
    (value) => value.trim() !== "",
    "must not be empty: give the https:// address that UP42 sends notifications to",
  ),
  v.check(isPrintable, notPrintable),
  v.check(
    (value) => URL.canParse(value) && value === value.trim(),
    "must be an absolute URL, like https://example.com/up42",
  ),
  v.check((value) => {
    const { username, password } = new URL(value);
    return username === "" && password === "";
  }, "must not carry credentials (user:password@): UP42 shows it to everybody in the workspace. Use `secret` to prove where notifications come from"),
  v.check((value) => {
    const parsed = new URL(value);
    return parsed.protocol === "https:" || (parsed.protocol === "http:" && isPrivate(parsed));
  }, "must start with https:// (http:// is accepted only for this machine, with the emulator)"),
);

const eventName = v.pipe(
  v.string('must be a list of strings, like ["order.status"]'),
  v.check((name) => name.trim() !== "", "must not hold an empty name"),
  v.check((name) => name === name.trim(), "must not have spaces around a name"),
  v.check(
    (name) => !name.includes(","),
    'must hold one name per string: ["job.status", "order.status"], not ["job.status, order.status"]',
  ),
);

/** A list of events without repetitions. */
export const eventNames = (message: string) =>
  v.pipe(
    v.array(eventName, message),
    v.check((names: string[]) => new Set(names).size === names.length, "must not name an event twice"),
  );

const ifExists = v.picklist(["error", "adopt", "create"], 'must be "error", "adopt" or "create"');

/** What a user may write, in the order in which messages list it. */
export const webhookInputFields = {
  url,
  events: v.pipe(
    eventNames('is required: the list of events to be notified of, like ["order.status"]'),
    v.minLength(1, 'must name at least one event, like ["order.status"]'),
  ),
  name: nonEmptyText,
  secret: v.optional(
    v.pipe(
      v.string("must be a string"),
      v.check((secret) => secret !== "", "must not be empty: leave it out for a webhook without a secret"),
    ),
  ),
  active: v.optional(v.boolean("must be true or false")),
  workspaceId: v.optional(id),
  ifExists: v.optional(ifExists),
  removeSecret: v.optional(v.boolean("must be true or false")),
  profile: v.optional(nonEmptyText),
};

type FieldName = keyof typeof webhookInputFields;

/** What holds for one field beyond its schemas. */
interface FieldRule {
  /** Whether an input asks for what the state, or UP42, has. Left out: a change of it has no effect at UP42. */
  readonly same?: (input: unknown, stored: unknown) => boolean;
  /** Whether UP42 spells it as the program does; default: whether it is the same. */
  readonly sameSpelling?: (input: unknown, shown: unknown) => boolean;
  /** Whether UP42 has the field too, so that it can drift. */
  readonly isRemote?: boolean;
  /** Whether a change needs a new webhook. */
  readonly replaces?: boolean;
}

const equal = (a: unknown, b: unknown): boolean => a === b;
const sameUrls = (a: unknown, b: unknown): boolean =>
  typeof a === "string" && typeof b === "string" && sameUrl(a, b);
const hashOf = (url: unknown): string =>
  typeof url === "string" && URL.canParse(url) ? new URL(url).hash : "";

/** The table of a webhook's fields: diff, drift, adoption and import take from it what they need. */
export const webhookFieldRules: Readonly<Record<FieldName, FieldRule>> = {
  url: { same: sameUrls, sameSpelling: (a, b) => sameUrls(a, b) && hashOf(a) === hashOf(b), isRemote: true },
  events: { same: (a, b) => isTexts(a) && isTexts(b) && sameEvents(a, b), isRemote: true },
  name: { same: equal, isRemote: true },
  secret: { same: equal, isRemote: true },
  active: { same: equal, isRemote: true },
  workspaceId: { same: equal, replaces: true },
  ifExists: {},
  removeSecret: {},
  profile: { same: equal },
};

/** How to compare what UP42 always shows: not the secret, which it may hide. */
export const shownFields = Object.entries(webhookFieldRules).flatMap(([name, rule]) => {
  const { same, sameSpelling = same, isRemote } = rule;
  const isShown = isRemote && name !== "secret" && same !== undefined && sameSpelling !== undefined;
  return isShown ? [{ name, same, sameSpelling }] : [];
});

/** The inputs of a webhook after `check`: complete. */
export const webhookInputs = v.object({
  name: v.string(),
  url: v.string(),
  events: v.array(v.string()),
  active: v.optional(v.boolean(), false),
  secret: v.optional(v.string()),
  workspaceId: v.string(),
  ifExists: v.optional(ifExists),
  removeSecret: v.optional(v.boolean()),
  profile: v.optional(v.string()),
});

/** How UP42 spells a field, where that differs from the program: later looks are compared with it. */
export const answered = v.object({
  name: v.exactOptional(v.string()),
  url: v.exactOptional(v.string()),
  events: v.exactOptional(v.array(v.string())),
  active: v.exactOptional(v.boolean()),
});

/** A webhook in the stack's state. */
export const webhookState = v.object({
  ...webhookInputs.entries,
  createdAt: v.optional(v.string(), ""),
  updatedAt: v.optional(v.string(), ""),
  answered: v.optional(answered),
});

export type WebhookInputs = v.InferOutput<typeof webhookInputs>;
export type WebhookState = v.InferOutput<typeof webhookState>;
export type Answered = v.InferOutput<typeof answered>;
