import type { RemoteWebhook } from "../up42/webhook";

const LONGEST = 60;

/**
 * A name for the Pulumi resource of each webhook: from the webhook's own name, in letters, digits and hyphens. When
 * several come out the same, the first keeps it and the others add their id; so names stay the same from run to run
 * as long as the webhooks come in the same order, the oldest first.
 *
 * @param taken Names that are in use by something else.
 * @returns The names by the webhooks' ids.
 */
export function resourceNames(
  webhooks: readonly Pick<RemoteWebhook, "id" | "name">[],
  taken: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const used = new Set(taken);
  const names = new Map<string, string>();
  for (const { id, name } of webhooks) {
    const plain = slug(name) || "webhook";
    const candidates = [plain, `${plain}-${slug(id).slice(0, 8)}`, `${plain}-${slug(id)}`];
    const free = candidates.find((candidate) => !used.has(candidate)) ?? `${plain}-${id}`;
    used.add(free);
    names.set(id, free);
  }
  return names;
}

/** A text in lower-case letters, digits and hyphens; empty when nothing of it remains. */
export function slug(text: string): string {
  const latin = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return latin
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, "");
}
