import { createHash } from "node:crypto";
import * as v from "valibot";
import type { RawAnswer, RawRequest } from "./http";
import type { Random } from "./random";

/** A webhook in an answer; whatever else it has stays as it is. */
const Shown = v.looseObject({
  id: v.string(),
  name: v.string(),
  url: v.string(),
  createdAt: v.string(),
  secret: v.optional(v.string()),
});
const Answer = v.looseObject({ data: v.unknown() });

type Shown = v.InferOutput<typeof Shown>;

/** A server that is not as the emulator is: what it stores is the same, but what it shows of it differs. */
export interface Deviation {
  readonly kinds: readonly string[];
  /** How long a new webhook is missing in what it shows, in milliseconds. */
  readonly lagMs: number;
  show(webhook: Shown): Shown;
}

const CUT_NAME = 20;

const SPELLINGS: readonly ((webhook: Shown) => Shown)[] = [
  (one) => ({ ...one, name: one.name.slice(0, CUT_NAME).trim() }),
  (one) => ({ ...one, name: one.name.toUpperCase() }),
  (one) => ({ ...one, url: `${one.url}/` }),
  (one) => ({ ...one, url: one.url.replace("/webhook", "/WEBHOOK"), name: one.name.slice(0, CUT_NAME) }),
];

const MASKS: readonly ((secret: string) => string)[] = [
  () => "********",
  (secret) => `${secret.slice(0, 2)}…`,
  (secret) => `${secret.slice(0, 3)}...`,
  (secret) => createHash("sha256").update(secret).digest("hex"),
];

/** Most servers are as the emulator is; some respell, mask or lag, or all of it. */
export function drawDeviation(random: Random): Deviation | undefined {
  const respell = random.chance(0.2) ? random.pick(SPELLINGS) : undefined;
  const mask = random.chance(0.2) ? random.pick(MASKS) : undefined;
  const lagMs = random.chance(0.3) ? random.whole(150, 450) : 0;
  const kinds = [
    ...(respell === undefined ? [] : ["server that respells"]),
    ...(mask === undefined ? [] : ["server that masks secrets"]),
    ...(lagMs === 0 ? [] : ["server that lags"]),
  ];
  if (kinds.length === 0) {
    return undefined;
  }
  const show = (webhook: Shown): Shown => {
    const shown = respell?.(webhook) ?? webhook;
    const { secret } = shown;
    return mask === undefined || secret === undefined || secret === ""
      ? shown
      : { ...shown, secret: mask(secret) };
  };
  return { kinds, lagMs, show };
}

/** An answer of UP42's as the deviating server gives it. */
export function deviated(deviation: Deviation, request: RawRequest, answer: RawAnswer): RawAnswer {
  if (answer.status > 299 || !/\/webhooks(\/[^/]+)?$/.test(request.path)) {
    return answer;
  }
  const { data, ...rest } = v.parse(Answer, JSON.parse(answer.body.toString() || '{"data":null}'));
  const isHidden = ({ createdAt }: Shown): boolean =>
    request.method === "GET" && Date.now() - Date.parse(createdAt) < deviation.lagMs;
  if (v.is(v.array(Shown), data)) {
    const shown = data.filter((one) => !isHidden(one));
    return withBody(answer, { ...rest, data: shown.map((one) => deviation.show(one)) });
  }
  if (!v.is(Shown, data)) {
    return answer;
  }
  return isHidden(data) ? notFound() : withBody(answer, { ...rest, data: deviation.show(data) });
}

/** UP42's own "not found". */
export function notFound(): RawAnswer {
  const answer = { status: 404, headers: { "content-type": "application/json" }, body: Buffer.alloc(0) };
  return withBody(answer, { data: null, error: { code: "NOT_FOUND", message: "Webhook not found" } });
}

export function withBody(answer: RawAnswer, body: object): RawAnswer {
  return { ...answer, body: Buffer.from(JSON.stringify(body)) };
}
