import { checkBars } from "../../bench/bars.mjs";
import { chart } from "../../bench/chart.mjs";
import { barText, tables } from "../../bench/report.mjs";
import { ratioOf, type Sample, type Variant } from "../../bench/results.mjs";

const PLAIN: Parameters<typeof checkBars>[1] = {
  latency: 0,
  secrets: false,
  skipCheckpoints: false,
  figure: "wall",
};

function sample(part: Partial<Sample>): Sample {
  return {
    variant: "dynamic",
    n: 100,
    run: 1,
    phase: "first up",
    wall: 4,
    cpuSeconds: 5,
    hostRssBytes: 150e6,
    requests: 0,
    stateBytes: 160_000,
    ...part,
  };
}

/** What does not hold. */
function failing(samples: readonly Sample[], setting: Partial<typeof PLAIN> = {}): string[] {
  return checkBars(samples, { ...PLAIN, ...setting })
    .filter(({ holds }) => !holds)
    .map(({ what }) => what);
}

describe("a ratio", () => {
  const samples = [
    sample({ variant: "floor", run: 1, wall: 10 }),
    sample({ variant: "floor", run: 2, wall: 100 }),
    sample({ variant: "floor", run: 3, wall: 4 }),
    sample({ run: 1, wall: 5 }),
    sample({ run: 2, wall: 60 }),
    sample({ run: 4, wall: 1 }),
    sample({ run: 1, wall: 99, n: 1 }),
    sample({ run: 1, wall: 99, phase: "destroy" }),
  ];

  test("is of what was measured in the same run", () => {
    const ratio = ratioOf(samples, ["dynamic", "floor"], { n: 100, phase: "first up", figure: "wall" });
    expect(ratio).toEqual({ median: 0.55, min: 0.5, max: 0.6 });
  });

  test("needs both variants", () => {
    const which = { n: 100, phase: "first up", figure: "wall" as const };
    expect(ratioOf(samples, ["plugin", "floor"], which).median).toBeNaN();
    expect(ratioOf(samples, ["dynamic", "plugin"], which).median).toBeNaN();
  });
});

describe("the bars", () => {
  test.each<[Variant, Variant, number, string, number]>([
    ["dynamic", "floor", 500, "first up", 0.65],
    ["dynamic", "floor", 500, "update", 0.65],
    ["dynamic", "floor", 500, "destroy", 0.65],
    ["dynamic", "floor", 100, "destroy", 1],
    ["dynamic", "floor", 1, "first up", 1.05],
    ["dynamic", "floor", 500, "refresh", 1.05],
    ["dynamic", "floor", 1, "preview", 1.05],
    ["plugin", "floor", 1, "first up", 0.85],
    ["plugin", "floor", 1, "refresh", 0.55],
    ["plugin", "floor", 1, "destroy", 0.55],
    ["plugin", "floor", 500, "first up", 0.5],
    ["plugin", "floor", 500, "update", 0.5],
    ["plugin", "floor", 500, "destroy", 0.5],
    ["plugin", "floor", 500, "refresh", 0.7],
    ["plugin", "dynamic", 1, "no-change up", 1],
    ["plugin", "dynamic", 100, "preview", 1],
    ["plugin", "dynamic", 500, "update", 1],
    ["plugin", "dynamic", 1, "refresh", 0.6],
    ["plugin", "dynamic", 1, "destroy", 0.6],
  ])("%s / %s, %d webhooks, %s: %d", (over, under, n, phase, bar) => {
    const pair = (wall: number) => [
      sample({ variant: under, n, phase, wall: 10 }),
      sample({ variant: over, n, phase, wall }),
    ];
    const what = `time, ${over} / ${under}: ${phase} of ${n}`;
    expect(failing(pair(bar * 10))).toEqual([]);
    expect(failing(pair(bar * 10 + 0.01))).toContain(what);
  });

  test.each([
    ["first up", 103],
    ["no-change up", 0],
    ["preview", 0],
    ["refresh", 6],
    ["destroy", 102],
  ])("%s of 100 may send %d requests", (phase, most) => {
    for (const variant of ["dynamic", "plugin"] as const) {
      const what = `requests: ${variant}, ${phase} of 100, run 1`;
      expect(failing([sample({ variant, phase, requests: most })])).toEqual([]);
      expect(failing([sample({ variant, phase, requests: most + 1 })])).toEqual([what]);
    }
    expect(failing([sample({ variant: "naive", phase, requests: 1000 })])).toEqual([]);
  });

  test("of CPU seconds instead of time, where the machine has other work", () => {
    const samples = [sample({ variant: "floor", phase: "update" }), sample({ phase: "update", wall: 100 })];
    expect(failing(samples)).toEqual(["time, dynamic / floor: update of 100"]);
    expect(failing(samples, { figure: "cpuSeconds" })).toEqual([]);
  });

  test("state, memory and growth", () => {
    const floor = (part: Partial<Sample>) => sample({ variant: "floor", ...part });
    expect(failing([floor({ stateBytes: 100 }), sample({ stateBytes: 46 })])).toEqual([
      "state, dynamic / floor: first up of 100",
    ]);
    const refresh = { n: 500, phase: "refresh" };
    expect(
      failing([floor({ ...refresh, hostRssBytes: 100e6 }), sample({ ...refresh, hostRssBytes: 141e6 })]),
    ).toEqual(["memory beyond the floor's, bytes: dynamic, refresh of 500"]);
    const preview = (n: number, wall: number) => [
      floor({ n, phase: "preview", wall: 10 }),
      sample({ n, phase: "preview", wall }),
    ];
    expect(failing([...preview(100, 8), ...preview(500, 10)])).toEqual([
      "growth from 100 to 500, dynamic / floor: preview",
    ]);
  });

  test("with latency, beside the naive provider", () => {
    const refresh = { n: 500, phase: "refresh" };
    const samples = (wall: number) => [
      sample({ ...refresh, variant: "naive", wall: 10 }),
      sample({ ...refresh, wall }),
    ];
    expect(failing(samples(3.5), { latency: 50 })).toEqual([]);
    expect(failing(samples(3.6), { latency: 50 })).toEqual([
      "time with latency, dynamic / naive: refresh of 500",
    ]);
  });

  test("with skipped checkpoints, the time per webhook", () => {
    const samples = (wall: number) => [
      sample({ n: 100, wall: 5 }),
      sample({ n: 1000, wall }),
      sample({ n: 1000, variant: "plugin", wall: 1000 }),
    ];
    expect(failing(samples(60), { skipCheckpoints: true })).toEqual([]);
    expect(failing(samples(60.1), { skipCheckpoints: true })).toEqual([
      "time per webhook, 1000 / 100: dynamic, first up",
    ]);
  });
});

describe("the report", () => {
  const samples = [
    sample({ variant: "floor", run: 1, wall: 4 }),
    sample({ variant: "floor", run: 2, wall: 4 }),
    sample({ run: 1, wall: 3 }),
    sample({ run: 2, wall: 2 }),
  ];

  test("has the medians, and ratios with their spread", () => {
    expect(tables(samples, "wall")).toMatch(
      /\| first up, s +\| 4\.00 +\| 2\.50 +\| 0\.63 \(0\.50–0\.75\) \|/,
    );
  });

  test("names what is above its bar", () => {
    const bar = { what: "time", value: 2.00049, bar: 2, holds: false };
    expect(barText([bar, { ...bar, holds: true }])).toBe(
      "1 of 2 figures are within their bars, not:\n\n- time: 2, at most 2",
    );
    expect(barText([{ ...bar, holds: true }])).toBe("1 of 1 figures are within their bars.");
  });

  test("has a line for each variant that was measured", () => {
    const [first = "", ...others] =
      chart([...samples, sample({ n: 500, run: 1, wall: 8 })], "wall").match(/<polyline points="[^"]+"/g) ??
      [];
    expect(first).toMatch(/points="42\.0,85\.0"/);
    expect(others).toEqual([expect.stringMatching(/points="42\.0,116\.9 210\.0,0\.0"/)]);
  });
});
