import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { Up42Error } from "../../up42/errors";
import { languages } from "./templates";

/** Where the user types and reads. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
}

/** The language that the user chooses; the default where nobody can answer. */
export async function askForLanguage({ stdin, stdout }: Terminal): Promise<string> {
  const [first = "", ...others] = languages();
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    return first;
  }
  const lines = createInterface({ input: stdin, output: stdout });
  try {
    const answer = await lines.question(`Language of the program (${first}, or ${others.join(", ")}): `);
    return answer.trim().toLowerCase() || first;
  } catch (error) {
    // Ctrl-C and Ctrl-D end the question, and the line that it stands in.
    stdout.write("\n");
    throw new Up42Error("Stopped; nothing was written.", { cause: error });
  } finally {
    lines.close();
  }
}
