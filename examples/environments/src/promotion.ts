import { type EnvironmentName, environments } from "./definition";
import { type Outcome, succeeded } from "./operation";

/** Which environment another one has to wait for, if any. */
export type WaitsFor = (name: EnvironmentName) => EnvironmentName | undefined;

/**
 * Does something with one environment; must not throw.
 * @param obstacle why the environment must not be touched, if so
 */
export type Run = (name: EnvironmentName, obstacle: string | undefined) => Promise<Outcome>;

/**
 * Runs at once what waits for nothing; the others follow as soon as what they wait for has succeeded, or get the
 * obstacle.
 *
 * @param names in the order of the definition
 * @throws {Error} before anything is run, when one waits for another that is named after it
 */
export async function promote(
  names: readonly EnvironmentName[],
  waitsFor: WaitsFor,
  run: Run,
): Promise<readonly Outcome[]> {
  const running = new Map<EnvironmentName, Promise<Outcome>>();
  for (const name of inOrder(names, waitsFor)) {
    const source = waitsFor(name);
    running.set(name, follow(name, source === undefined ? undefined : running.get(source), run));
  }
  return await Promise.all(running.values());
}

/** What an environment is promoted from, if that takes part. */
export function promotedFrom(
  name: EnvironmentName,
  names: readonly EnvironmentName[],
): EnvironmentName | undefined {
  const source = environments[name].promotedFrom;
  return source !== undefined && names.includes(source) ? source : undefined;
}

function inOrder(names: readonly EnvironmentName[], waitsFor: WaitsFor): readonly EnvironmentName[] {
  for (const [index, name] of names.entries()) {
    const source = waitsFor(name);
    if (source !== undefined && !names.slice(0, index).includes(source)) {
      throw new Error(
        `${name} is promoted from ${source}, which must be named before it in src/definition.ts.`,
      );
    }
  }
  return names;
}

async function follow(
  name: EnvironmentName,
  before: Promise<Outcome> | undefined,
  run: Run,
): Promise<Outcome> {
  const source = await before;
  return await run(name, source === undefined || succeeded(source) ? undefined : obstacleOf(source));
}

function obstacleOf({ environment, result }: Outcome): string {
  return `${environment} comes first, and ${result === "failed" ? "failed" : `was ${result}`}`;
}
