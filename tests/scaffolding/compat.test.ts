import { judge } from "../../tools/compat/explained.mjs";
import type { Dimensions } from "../../tools/compat/installations.mjs";
import { fullMatrix, idOf, smallMatrix } from "../../tools/compat/matrix.mjs";
import { documentation, summary, terminalTable } from "../../tools/compat/report.mjs";
import type { Outcome } from "../../tools/compat/run.mjs";

const DIMENSIONS: Dimensions = {
  nodes: [20, 22, 24],
  sdks: { lowest: "3.217.0", newest: "3.300.0" },
  typescripts: ["5.0.4", "5.9.3", "6.0.3", "7.0.2"].map((version) => ({ version, tsc: `/${version}/tsc` })),
  tarballs: { provider: "/provider.tgz", emulator: "/emulator.tgz" },
  components: { separate: "/separate.tgz", shared: "/shared.tgz" },
};

describe("the matrix", () => {
  const ids = fullMatrix(DIMENSIONS).map(idOf);

  test("has every combination once", () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const manager of ["npm", "pnpm", "Yarn"]) {
      for (const node of DIMENSIONS.nodes) {
        for (const sdk of Object.values(DIMENSIONS.sdks)) {
          for (const kind of ["JavaScript, CommonJS", "JavaScript, ES modules", "TypeScript"]) {
            expect(ids).toContain(`pulumi up/${manager}, Node.js ${node}/${kind}, SDK ${sdk}`);
          }
        }
      }
    }
    expect(ids).toContain("TypeScript/7.0.2/bundler");
    expect(ids).not.toContain("TypeScript/7.0.2/node10");
  });

  test("has a small part of what it has", () => {
    const small = smallMatrix({ ...DIMENSIONS, nodes: [22] }).map(idOf);
    expect(small).toHaveLength(4);
    expect(ids).toEqual(expect.arrayContaining(small));
  });
});

describe("a cell", () => {
  const explanation = { cells: /^a\/b\//, says: /cannot .* yet/, why: "Because." };

  test("that works is right, unless it is explained why it cannot", () => {
    expect(judge("a/c/d", undefined, [explanation])).toEqual({ verdict: "works" });
    expect(judge("a/b/c", undefined, [explanation])).toMatchObject({ verdict: "fails" });
  });

  test("that fails is explained only when it fails for that reason", () => {
    const failure = "it cannot do that yet";
    expect(judge("a/b/c", failure, [explanation])).toEqual({ verdict: "explained", explanation });
    expect(judge("a/b/c", "no network", [explanation])).toMatchObject({
      verdict: "fails",
      problem: expect.stringContaining("no network"),
    });
    expect(judge("a/c/d", failure, [explanation])).toEqual({ verdict: "fails", problem: failure });
  });

  test("that is explained is one of the matrix", () => {
    const ids = fullMatrix(DIMENSIONS).map(idOf);
    // No failure says nothing: what is judged a failure has an explanation.
    const explained = ids.filter((id) => judge(id, undefined).verdict === "fails");
    expect(explained.filter((id) => id.startsWith("Plug'n'Play/"))).toHaveLength(2);
    expect(explained).toContain("Layouts/only a component has `pulumi-up42`/pnpm");
    expect(explained).toContain("TypeScript/7.0.2/`pulumi up`");
    expect(explained).toContain("pulumi up/npm, Node.js 20/TypeScript, ES modules, SDK 3.217.0");
    expect(explained).toHaveLength(10);
  });
});

describe("the report", () => {
  const outcome = (row: string, column: string, more: Partial<Outcome> = {}): Outcome => {
    const verdict = more.why === undefined ? "works" : "explained";
    return { id: `up/${row}/${column}`, group: "up", row, column, seconds: 12.34, verdict, ...more };
  };
  const outcomes = [outcome("npm", "JS"), outcome("npm", "TS"), outcome("pnp", "TS", { why: "Because." })];

  test("has a line for each cell in the terminal", () => {
    const [, , first = "", ...others] = terminalTable(outcomes).split("\n");
    expect(first.split(/ {2,}/)).toEqual(["up", "npm", "JS", "works", "12.3"]);
    expect(others).toHaveLength(2);
    expect(summary(outcomes)).toBe("2 work, 1 cannot and are explained, 0 failed");
  });

  test("has a table for each group in the documentation, with the reasons below", () => {
    expect(
      documentation(outcomes, { npm: "11.0.0" }),
    ).toBe(`Tried with npm 11.0.0: 2 work, 1 cannot and are explained, 0 failed.

### up

|     | JS  | TS     |
| --- | --- | ------ |
| npm | yes | yes    |
| pnp | –   | no (1) |

1. Because.`);
  });
});
