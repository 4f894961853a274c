import { counted } from "../output";
import type { Fact, Standing } from "./write/facts";
import type { Trial } from "./write/try-facts";

/** The facts for people: what differs first, then what is not known, then what is as it should be. */
export function showFacts({ facts, removed }: Trial): string {
  const lines = [
    ...facts.filter(({ verdict }) => verdict === "different"),
    ...facts.filter(({ verdict }) => verdict === "not tried"),
    ...facts.filter(({ verdict }) => verdict === "confirmed"),
  ].map(lineOf);
  const count = (verdict: Fact["verdict"]) => facts.filter((fact) => fact.verdict === verdict).length;
  const sums = `${counted(count("confirmed"), "fact")} confirmed, ${count("different")} different, ${count("not tried")} not tried.`;
  return [
    ...lines,
    "",
    sums,
    ...(count("different") === 0
      ? []
      : ["UP42 differs from what this version relies on. Report it, with this output: it has no secrets."]),
    ...(removed === 0
      ? []
      : [`Removed ${counted(removed, "temporary webhook")} that an interrupted run had left behind.`]),
  ].join("\n");
}

const MARKS: Readonly<Record<Standing, string>> = { documented: "documented", unknown: "not documented" };

function lineOf({ verdict, standing, statement, found }: Fact): string {
  const shown = verdict === "different" ? "DIFFERENT" : verdict;
  return `${shown.padEnd(9)}  ${MARKS[standing].padEnd(14)}  ${statement}${found === undefined ? "" : `: ${found}`}`;
}
