import { parseArgs } from "node:util";
import { type EnvironmentName, environmentNames, environments } from "./definition";
import type { Operation } from "./operation";

/** What the command line asks for. */
export interface Options extends Operation {
  readonly help: boolean;
  /** In the order of the definition. */
  readonly names: readonly EnvironmentName[];
}

export const USAGE = `Usage: npm start -- [--preview] [environment…]
       npm start -- --destroy [--preview] environment…

Deploys the environments of src/definition.ts (${environmentNames.join(", ")}), or only those that are named and what
they are promoted from. What does not wait for another one runs at the same time.

  --preview  show what would be done, and change nothing
  --destroy  delete everything that the named environments have at UP42
  --help     show this

Exit codes: 0 all is well, 1 an environment failed or was not touched, 2 wrong usage, 130 Ctrl-C.`;

/** Wrong usage. */
export class UsageError extends Error {}

/**
 * Reads the command line.
 * @throws {UsageError} that says what is wrong
 */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const { preview, destroy, help } = values;
  const unknown = positionals.filter((name) => !isEnvironment(name));
  if (unknown.length > 0) {
    throw new UsageError(
      `There is no environment ${unknown.join(", ")}; there are ${environmentNames.join(", ")}.`,
    );
  }
  const named = environmentNames.filter((name) => positionals.includes(name));
  if (destroy && named.length === 0 && !help) {
    throw new UsageError(`--destroy needs the names of what to destroy: ${environmentNames.join(", ")}.`);
  }
  const names = named.length === 0 ? environmentNames : destroy ? named : withSources(named);
  return { preview, destroy, help, names };
}

function parse(args: readonly string[]) {
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { preview: flag, destroy: flag, help: { ...flag, short: "h" } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function isEnvironment(name: string): name is EnvironmentName {
  return environmentNames.some((known) => known === name);
}

/** Nothing is promoted without its source having passed its test in the same run. */
function withSources(named: readonly EnvironmentName[]): readonly EnvironmentName[] {
  const wanted = new Set<EnvironmentName>();
  for (const name of named) {
    for (
      let next: EnvironmentName | undefined = name;
      next !== undefined;
      next = environments[next].promotedFrom
    ) {
      wanted.add(next);
    }
  }
  return environmentNames.filter((name) => wanted.has(name));
}
