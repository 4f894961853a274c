// How the page words things.

/** @typedef {import("./api.mjs").Delivery} Delivery */
/** @typedef {import("./api.mjs").Attempt} Attempt */

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const AGO = new Intl.RelativeTimeFormat(undefined, { style: "short" });

/**
 * The time of day, and the day when it is another one.
 * @param {string} iso
 */
export function clock(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** @param {string} iso */
export function ago(iso) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(iso)) / 1000));
  if (seconds < 10) {
    return "just now";
  }
  if (seconds < 60) {
    return AGO.format(-Math.floor(seconds / 10) * 10, "second");
  }
  if (seconds < 3600) {
    return AGO.format(-Math.floor(seconds / 60), "minute");
  }
  if (seconds < 86_400) {
    return AGO.format(-Math.floor(seconds / 3600), "hour");
  }
  return AGO.format(-Math.floor(seconds / 86_400), "day");
}

/** @param {Attempt} attempt */
export function statusOf({ response }) {
  return response === null ? "No response" : `${response.status} ${response.statusText}`.trim();
}

/**
 * How long until the next attempt, or that it is under way. Empty when there is no further one.
 * @param {Delivery} delivery
 */
export function nextAttempt({ state, attempts, maxAttempts, nextAttemptAt }) {
  if (state !== "pending") {
    return "";
  }
  const which = `attempt ${attempts.length + 1} of ${maxAttempts}`;
  if (nextAttemptAt === null) {
    return `${which} under way`;
  }
  const seconds = Math.ceil((Date.parse(nextAttemptAt) - Date.now()) / 1000);
  return seconds > 0 ? `${which} in ${seconds} s` : `${which} now`;
}

/** @param {Delivery} delivery */
export function stateLabel({ state, attempts }) {
  if (state === "pending") {
    return attempts.length === 0 ? "Sending" : "Retrying";
  }
  return state === "delivered" ? "Delivered" : "Failed";
}

/**
 * A body as people read it: JSON is indented, anything else stays as it is.
 * @param {string} text
 */
export function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
