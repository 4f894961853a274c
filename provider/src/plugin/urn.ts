import { createHash } from "node:crypto";

/** A resource's type, the last one in its URN, such as `up42:index:Webhook`. */
export function typeOf(urn: string): string {
  return partOf(urn, 2).split("$").at(-1) ?? "";
}

/** A resource's name in the program. */
export function nameOf(urn: string): string {
  return partOf(urn, 3);
}

/** `urn:pulumi:<stack>::<project>::<types>::<name>`; a name may hold `::` itself. */
function partOf(urn: string, index: number): string {
  const parts = urn.split("::");
  return index === 3 ? parts.slice(index).join("::") : (parts[index] ?? "");
}

/** A resource's label, as the checks of all programs have it: its name, with a number that the URN alone has. */
export function labelOf(urn: string): string {
  const number = createHash("sha256").update(urn).digest().readUIntBE(0, 6);
  return `${nameOf(urn)}#${number}`;
}
