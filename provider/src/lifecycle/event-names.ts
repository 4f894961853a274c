import { type CheckFailure, failure } from "./properties";

/** One failure for each event that UP42 does not know, with the known ones and the nearest. */
export function unknownEvents(
  property: string,
  names: readonly string[],
  known: readonly string[] | undefined,
): readonly CheckFailure[] {
  if (known === undefined) {
    return [];
  }
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const nearest = nearestName(name, known);
      const suggestion = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
      return failure(property, `UP42 has no event "${name}"; it has ${known.join(", ")}.${suggestion}`);
    });
}

/** The candidate that takes the fewest edits, unless that would be half of the name or more. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance < name.length / 2 ? best.candidate : undefined;
}

/** Levenshtein's distance, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
