/**
 * Texts from outside on one line, without anything that steers a terminal or a CI log: a line break would let them
 * write lines of their own, such as `::error::`.
 */
export function printable(text: string): string {
  return text.replace(/[\r\n\t\u2028\u2029]+/g, " ").replace(/\p{C}/gu, "�");
}
