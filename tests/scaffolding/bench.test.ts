import { checkBars } from "../../bench/bars.mjs";
import { valuesOf, WHOLE_NUMBER, YES_OR_NO } from "../../bench/options.mjs";
import { sizeTable, timeTable } from "../../bench/report.mjs";
import {
  combine,
  expectSameMachine,
  inOrder,
  type Machine,
  type Report,
  type Result,
  type Sample,
  summarize,
} from "../../bench/results.mjs";

const HERE: Machine = { cpu: "EPYC", cores: 2, memoryBytes: 24 * 2 ** 30, node: "v20.20.2" };
const IMPORTING = { median: 2, min: 1, max: 3, runs: 41 };

function sample(part: Partial<Sample>): Sample {
  return {
    variant: "ours",
    n: 100,
    latency: 0,
    parallel: 0,
    secrets: "no",
    phase: "first up",
    wall: 4,
    cpuSeconds: 5,
    hostRssBytes: 150e6,
    requests: { token: 1, create: 100 },
    stateBytes: 160_000,
    ...part,
  };
}

function result({ wall, ...part }: Partial<Sample>): Result {
  const [summary] = summarize([sample({ ...part, wall: wall ?? 4 })]);
  if (summary === undefined) throw new Error("Nothing was summarized.");
  return summary;
}

function report(results: readonly Result[], part: Partial<Report> = {}): Report {
  return { machine: HERE, commands: [], importing: IMPORTING, results, ...part };
}

describe("the options", () => {
  test("are whole numbers, and yes or no", () => {
    expect(valuesOf("1,100,500", WHOLE_NUMBER)).toEqual(["1", "100", "500"]);
    expect(valuesOf("no,yes", YES_OR_NO)).toEqual(["no", "yes"]);
  });

  test.each(["", "-1", "1.5", "ten", "1e3", "1,,2", "no"])("%j is refused, with what is wrong", (text) => {
    expect(() => valuesOf(text, WHOLE_NUMBER)).toThrow(/^".*" is not a value for this option; see --help\.$/);
  });

  test("neither yes nor no is refused", () => {
    expect(() => valuesOf("no,maybe", YES_OR_NO)).toThrow('"maybe" is not a value');
  });
});

describe("the samples of a setting", () => {
  test("become medians, and the most of requests and state", () => {
    const samples = [
      sample({ wall: 3, requests: { token: 1 }, stateBytes: 10 }),
      sample({ wall: 9, requests: { token: 1, read: 2 }, stateBytes: 12 }),
      sample({ wall: 4, requests: { token: 2 }, stateBytes: 11 }),
    ];
    expect(summarize(samples)).toEqual([
      expect.objectContaining({
        wall: { median: 4, min: 3, max: 9 },
        requests: { token: 2, read: 2 },
        stateBytes: 12,
      }),
    ]);
  });

  test.each([
    { variant: "floor" as const },
    { n: 1 },
    { latency: 50 },
    { parallel: 64 },
    { secrets: "yes" as const },
    { phase: "destroy" },
  ])("are not mixed with those of another: %j", (other) => {
    expect(summarize([sample({}), sample(other)])).toHaveLength(2);
  });
});

describe("a report", () => {
  test("keeps what was measured before with other settings, and the commands", () => {
    const before = report([result({ n: 1 }), result({ n: 100, wall: 9 })], {
      commands: [
        { command: "a", date: "2026-01-01" },
        { command: "b", date: "2026-01-01" },
      ],
    });
    const measured = report([result({ n: 100, wall: 3 })], {
      commands: [{ command: "b", date: "2026-01-02" }],
    });
    const { results, commands } = combine(before, measured);
    expect(results.map(({ n, wall }) => [n, wall.median])).toEqual([
      [1, 4],
      [100, 3],
    ]);
    expect(commands).toEqual([
      { command: "a", date: "2026-01-01" },
      { command: "b", date: "2026-01-02" },
    ]);
    expect(combine(undefined, measured)).toBe(measured);
  });

  test("is of one machine", () => {
    const before = report([], { machine: { ...HERE, node: "v22.0.0" } });
    expect(() => combine(before, report([]))).toThrow(
      "The file has figures of another machine: 2 cores (EPYC), 24 GiB, Node.js v22.0.0. " +
        "This is: 2 cores (EPYC), 24 GiB, Node.js v20.20.2.",
    );
    expect(() => expectSameMachine(report([]), HERE)).not.toThrow();
  });

  test("is in the order of its settings, as numbers", () => {
    const results = [
      result({ n: 500 }),
      result({ n: 100, parallel: 64 }),
      result({ n: 100, secrets: "yes" }),
      result({ n: 100, latency: 50 }),
      result({ n: 100 }),
      result({ n: 1 }),
    ];
    expect(
      inOrder(results).map(({ n, secrets, latency, parallel }) => [n, secrets, latency, parallel]),
    ).toEqual([
      [1, "no", 0, 0],
      [100, "no", 0, 0],
      [100, "no", 0, 64],
      [100, "no", 50, 0],
      [100, "yes", 0, 0],
      [500, "no", 0, 0],
    ]);
  });
});

describe("the tables", () => {
  const variants = (["floor", "naive", "ours"] as const).map((variant) => variant);
  const results = variants.map((variant) => result({ variant, wall: variant === "ours" ? 3 : 4 }));

  test("put ours beside the others", () => {
    expect(timeTable(results)).toMatch(
      /\| 100 +\| 0 ms +\| default +\| no +\| first up +\|.*\| 0\.75 +\| 0\.75 +\|/,
    );
    expect(sizeTable(results)).toMatch(/\| 100 +\| no +\| 160\.0 kB +\|.*\| 1\.00 +\| 1\.6 kB +\|/);
  });

  test("refuse ours with nothing beside it", () => {
    expect(() => timeTable(results.slice(1))).toThrow("There is nothing beside ours for first up.");
  });
});

describe("the bars", () => {
  const pair = (part: Partial<Sample>, walls: readonly [number, number]) => [
    result({ variant: "floor", ...part, wall: walls[0] }),
    result({ variant: "ours", ...part, wall: walls[1] }),
  ];

  test.each([
    [500, "first up", 0.65],
    [500, "update", 0.65],
    [500, "destroy", 0.65],
    [100, "first up", 1],
    [100, "update", 1],
    [100, "destroy", 1],
    ...[100, 500].flatMap((n) =>
      ["preview", "no-change up", "refresh"].map((phase): [number, string, number] => [n, phase, 1.05]),
    ),
    ...["first up", "update", "destroy", "preview", "no-change up", "refresh"].map(
      (phase): [number, string, number] => [1, phase, 1.05],
    ),
  ])("of %d webhooks: %s may take %d of the floor's time, with secrets and without", (n, phase, bar) => {
    for (const secrets of ["no", "yes"] as const) {
      const what = `time, ours / floor: ${phase} of ${n}${secrets === "yes" ? ", with secrets" : ""}`;
      const holds = (ours: number) =>
        checkBars(pair({ n, phase, secrets }, [10, ours]), 2).find((one) => one.what === what);
      expect(holds(bar * 10)).toMatchObject({ bar, holds: true });
      expect(holds(bar * 10 + 0.01)).toMatchObject({ bar, holds: false });
    }
  });

  test.each([
    ["first up", 103, 104],
    ["no-change up", 0, 1],
    ["preview", 0, 1],
    ["refresh", 6, 7],
    ["destroy", 102, 103],
  ])("of requests: %s of 100 may send %d, not %d", (phase, most, tooMany) => {
    const holds = (create: number) =>
      checkBars([result({ phase, requests: { create } })], 2).find(({ what }) => what.startsWith("requests"));
    expect(holds(most)).toMatchObject({ holds: true });
    expect(holds(tooMany)).toMatchObject({ holds: false });
  });

  test("of importing, state, memory, growth and latency", () => {
    const failing = (results: readonly Result[], importMs = 2) =>
      checkBars(results, importMs)
        .filter(({ holds }) => !holds)
        .map(({ what }) => what);
    expect(failing([], 10.1)).toEqual(["importing the package, ms"]);
    expect(
      failing([
        result({ variant: "floor", stateBytes: 100, phase: "first up" }),
        result({ variant: "ours", stateBytes: 46, phase: "first up", requests: {} }),
      ]),
    ).toEqual(["state, ours / floor: first up of 100"]);
    expect(
      failing([
        result({ variant: "floor", n: 500, phase: "refresh", hostRssBytes: 100e6, wall: 10 }),
        result({ variant: "ours", n: 500, phase: "refresh", hostRssBytes: 141e6, wall: 10, requests: {} }),
      ]),
    ).toEqual(["host's memory beyond the floor's, MB: refresh of 500"]);
    const growth = (own: number) => [
      ...pair({ n: 100, phase: "preview", requests: {} }, [2, 2]),
      ...pair({ n: 500, phase: "preview", requests: {} }, [20, own]),
    ];
    expect(failing(growth(21))).toEqual([]);
    expect(failing(growth(24.1))).toContain("growth from 100 to 500, ours / floor: preview");
    const late = { n: 500, phase: "refresh", latency: 50, requests: {} };
    expect(
      failing([
        result({ ...late, variant: "naive", wall: 10 }),
        result({ ...late, variant: "ours", wall: 3.6 }),
      ]),
    ).toEqual(["time, ours / naive: refresh of 500, 50 ms"]);
  });
});
