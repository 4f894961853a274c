import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, Up42Error } from "../../up42/errors";

/**
 * Writes files that are new. It looks first, so that none is written when one is there already.
 * @throws Up42Error naming what is there, or what cannot be written.
 */
export async function writeNewFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const found = await Promise.all([...files.keys()].map((name) => exists(join(folder, name))));
  const there = [...files.keys()].filter((_, index) => found[index]);
  if (there.length > 0) {
    throw new Up42Error(
      `Failed to write a project to ${folder}: it has ${there.join(", ")} already. Run the command in an empty folder, ` +
        "or name a new one: pulumi-up42 init <folder>.",
    );
  }
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of files) {
      await writeFile(join(folder, name), text, { flag: "wx" });
    }
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
    throw new Up42Error(
      `Failed to write a project to ${folder}: ${reason}. Name a folder that you may write to.`,
      {
        cause: error,
      },
    );
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    // What cannot be looked at may be there; a folder that is missing, or a file, has nothing in it.
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code !== "ENOENT" && code !== "ENOTDIR";
  }
}
