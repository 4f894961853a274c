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

/** Labels of resources by their URNs, as the checks of all programs have them: a name with a number of its own. */
export class Labels {
  readonly #numbers = new Map<string, number>();

  of(urn: string): string {
    const number = this.#numbers.get(urn) ?? this.#numbers.size + 1;
    this.#numbers.set(urn, number);
    return `${nameOf(urn)}#${number}`;
  }
}
