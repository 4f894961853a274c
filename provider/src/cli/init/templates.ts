import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Up42Error } from "../../up42/errors";

/** A package manager that the next steps can name. */
export type Manager = "npm" | "pnpm" | "yarn";

/** What stands in the files for `__NAME__` and `__VERSION__`. */
export interface Values {
  readonly name: string;
  readonly version: string;
}

/** A folder for what all projects have, and one for each language and package manager: its files go before these. */
const ROOT = join(__dirname, "..", "..", "..", "templates");
const LANGUAGES = join(ROOT, "languages");

/** The default comes first. */
export function languages(): readonly string[] {
  const others = readdirSync(LANGUAGES).filter((name) => name !== "typescript");
  return ["typescript", ...others.sort()];
}

/**
 * The files of a new project, by their paths.
 * @throws Up42Error for a language that there is no template for.
 */
export function template(language: string, manager: Manager, values: Values): ReadonlyMap<string, string> {
  if (!languages().includes(language)) {
    throw new Up42Error(
      `Failed to write a project in "${language}": there are ${languages().join(", ")}. Choose one with --language.`,
    );
  }
  const folders = [join(ROOT, "common"), join(LANGUAGES, language)];
  const ofManager = readdirSync(join(ROOT, "managers")).includes(manager)
    ? [join(ROOT, "managers", manager)]
    : [];
  return new Map([...folders, ...ofManager].flatMap((folder) => filesIn(folder, values)));
}

function filesIn(folder: string, { name, version }: Values): readonly (readonly [string, string])[] {
  return readdirSync(folder).map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    // npm leaves some files out of a package whose names begin with a dot.
    return [
      file.replace(/^_(?!_)/, "."),
      text.replaceAll("__NAME__", name).replaceAll("__VERSION__", version),
    ] as const;
  });
}

/** The package manager that runs this command, by what it says of itself to what it runs. */
export function managerFrom(userAgent = ""): Manager {
  const [name] = userAgent.split("/");
  return name === "pnpm" || name === "yarn" ? name : "npm";
}
