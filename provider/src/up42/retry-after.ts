/** The clock that a date in `Retry-After` is meant by: the server's, as its `Date` header has it, else this machine's. */
export function clockOf(date: string | undefined): number {
  const theirs = Date.parse(date ?? "");
  return Number.isNaN(theirs) ? Date.now() : theirs;
}

/** Longer than any sane server asks for; more is taken as a mistake. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/**
 * The wait that a `Retry-After` header asks for, in milliseconds; undefined when there is none or it is not valid.
 * Both forms of RFC 9110, section 10.2.3: seconds, or a date.
 */
export function parseRetryAfter(value: string | undefined, now: number = Date.now()): number | undefined {
  const trimmed = value?.trim() ?? "";
  if (/^\d+$/.test(trimmed)) {
    return Math.min(Number(trimmed) * 1000, LONGEST_MS);
  }
  // Date.parse takes far more than HTTP's dates, "1.5" for instance: ask for a day's name first.
  const date = /^[A-Za-z]{3,9},? /.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), LONGEST_MS);
}
