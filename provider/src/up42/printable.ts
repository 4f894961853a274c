/** Names and messages come from elsewhere: nothing in them may steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, "�");
}
