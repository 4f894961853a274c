import { Engine, type Failures, type Program, type State } from "./engine";
import type { Lane, Lanes } from "./lanes";

const MOST_TRIES = 4;

/** Does what a user does after a failure: what the errors say, and `up` again. Answers what still fails. */
export async function recover(
  lanes: Lanes,
  lane: Lane,
  state: State,
  wanted: Program,
  firstFailures: Failures,
): Promise<Failures> {
  let program = wanted;
  let failures = firstFailures;
  for (let tries = 0; tries < MOST_TRIES && failures.size > 0; tries += 1) {
    await removeDeliberateDoubles(lane, state, program);
    if ([...failures.values()].some((message) => message.includes("pulumi refresh"))) {
      await lanes.withHost(lane, async (host) => await new Engine(host, state).refresh());
    }
    program = adopting(program, failures);
    failures = await lanes.withHost(lane, async (host) => await new Engine(host, state).up(program));
  }
  return failures;
}

/** With `ifExists: "create"` nobody but the user can tell a left-over: what belongs to no resource is deleted. */
async function removeDeliberateDoubles(lane: Lane, state: State, program: Program): Promise<void> {
  const claimed = new Set([...state.values()].map(({ id }) => id));
  const doubles = new Set(
    [...program.values()].filter(({ ifExists }) => ifExists === "create").map(({ name }) => name),
  );
  for (const { id, name } of lane.webhooks()) {
    if (doubles.has(name) && !claimed.has(id)) await lane.outside("DELETE", id);
  }
}

function adopting(program: Program, failures: Failures): Program {
  return new Map(
    [...program].map(([name, webhook]) => [
      name,
      failures.get(name)?.includes('ifExists: "adopt"') === true && webhook.ifExists !== "create"
        ? { ...webhook, ifExists: "adopt" }
        : webhook,
    ]),
  );
}
