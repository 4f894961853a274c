import { changeProgram, changeWebhook, drawWebhook } from "./program";
import type { Random } from "./random";
import type { ScenarioKind } from "./scenario";
import { IN_COMPONENT, type Program } from "./stack";
import { firstOf, inProfileB, type Step, settle, thenSomething, up } from "./steps";

/** A part of a scenario: what is done between the first deployment and the end. */
type Part = (random: Random, before: Program) => readonly Step[];

/** How each kind goes on after the first deployment. */
export const PARTS: Readonly<Record<ScenarioKind, Part>> = {
  change: (random, before) => (random.chance(0.5) ? [] : [settle(up(changeProgram(random, before)))]),
  drift: (_random, before) => [
    { command: { kind: "refresh", program: before }, outside: "drift", settled: before },
  ],
  rename: (random, before) => moved(random, before, (name) => `${name}-renamed`),
  move: (random, before) => {
    const after = moved(random, before, (name) => `${IN_COMPONENT}${name}`);
    return random.chance(0.5) ? after : after.map((step) => inProfileB(step));
  },
  adopt: (random, before) => {
    const hook = { ...drawWebhook(random, "webhook-adopted"), ifExists: "adopt" };
    const after = new Map(before).set("adopted", hook);
    return thenSomething(random, undefined, { ...up(after), outside: "left over" }, ["adopted"]);
  },
  replace: (random, before) => {
    const replaced = firstOf(before);
    const deletesFirst = random.chance(0.4);
    return thenSomething(
      random,
      before,
      { command: { kind: "up", program: before, replaced, deletesFirst } },
      [replaced],
    );
  },
  target: (random, before) => {
    const after = changeProgram(random, before);
    const targets = [...after.keys()].filter(() => random.chance(0.5));
    return thenSomething(random, undefined, { command: { kind: "up", program: after, targets } }, [
      ...before.keys(),
    ]);
  },
  profile: (random, before) => thenSomething(random, before, inProfileB(up(before)), [...before.keys()]),
  duplicate: (random, before) => duplicated(random, before),
  takeover: (random, before) => {
    const after = new Map(before);
    after.delete(firstOf(before));
    const gone: Step = random.chance(0.5)
      ? up(after)
      : { command: { kind: "destroy", program: before, targets: [firstOf(before)] } };
    // A refresh would take over what the colleague wrote, and the delete with it.
    return [{ ...gone, outside: "takeover", settled: after, ignores: "Pulumi and errors" }];
  },
  outage: (random, before) => {
    const changed = new Map([...before].map(([name, webhook]) => [name, changeWebhook(random, webhook)]));
    const kind = random.pick(["kill -9 of the CLI", "SIGHUP of the CLI"] as const);
    const interruption = { kind, stage: "arrived", requests: random.whole(2, 4) } as const;
    // The user takes the change back while a host without an engine still waits to try it again.
    return [
      { ...up(changed), isOutage: true, interruption },
      { ...settle(up(before)), ignores: "Pulumi" },
    ];
  },
  "second stack": (_random, before) => [{ ...up(before), outside: "second stack", settled: before }],
};

/** Resources have other names in the program, and adopt what they had. */
function moved(random: Random, before: Program, rename: (name: string) => string): readonly Step[] {
  const chosen = firstOf(before);
  const after = new Map(
    [...before].map(([name, webhook]) => {
      if (name !== chosen) {
        return [name, webhook];
      }
      return [rename(name), random.chance(0.3) ? changeWebhook(random, webhook) : webhook];
    }),
  );
  return thenSomething(random, before, up(after), [chosen, rename(chosen)]);
}

/** Two resources with one name and URL, which has to be refused: a copy, an update, or two new ones. */
function duplicated(random: Random, before: Program): readonly Step[] {
  const ifExists = random.pick(["adopt", "error"]);
  const copy = { ...before.get(firstOf(before)), ifExists };
  const refused = (program: Program, settled: Program): Step => {
    const targets = random.chance(0.3) ? { targets: ["copy"] } : {};
    return { command: { kind: "up", program, ...targets }, isRefused: true, settled };
  };
  const other = new Map(before).set("copy", { ...drawWebhook(random, "webhook-copy"), ifExists });
  const both = new Map(random.chance(0.5) ? [["copy", copy], ...before] : [...before, ["copy", copy]]);
  if (random.chance(0.5)) {
    return [refused(new Map(other).set("another", other.get("copy") ?? {}), other)];
  }
  return random.chance(0.5) ? [refused(both, before)] : [settle(up(other)), refused(both, other)];
}
