import type { Up42Error } from "../up42/errors";

/** What an error looks like to Pulumi's host when only the engine is to show it. */
const MARK = "pulumi-up42: the engine shows it";

let isSilenced = false;

/**
 * Leaves an error to the engine, which shows it with the resource. Pulumi's host prints each error too, with its stack,
 * as a message of the stack: a user can do nothing with the trace of an error that is not a defect, and it would stand
 * before the reason.
 */
export function leaveToEngine(error: Up42Error): void {
  error.stack = MARK;
  error.toString = () => MARK;
  if (!isSilenced) {
    isSilenced = true;
    silence();
  }
}

/** The host has no other way than `console.error`, and prints whatever an error says of itself. */
function silence(): void {
  const print = console.error.bind(console);
  console.error = (...data: unknown[]) => {
    if (data[0] !== `${MARK}: ${MARK}`) {
      print(...data);
    }
  };
}
