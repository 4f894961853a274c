import { type Activity, Calls } from "../../provider/src/lifecycle/calls";
import type { Shared } from "../../provider/src/lifecycle/shared-log";
import { Deadline, type Operation } from "../../provider/src/up42/operation";

const within = (milliseconds: number): Operation => ({
  deadline: new Deadline(milliseconds),
  report: () => undefined,
});

/** Work, and what ends it. */
function work() {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: async () => await ended, end };
}

test("the engine has handed over everything when it has called for nothing for a while", async () => {
  const calls = new Calls();
  await calls.settled(within(60_000));
  const called = Date.now();
  calls.touch();
  await calls.settled(within(60_000));
  expect(Date.now() - called).toBeGreaterThanOrEqual(1_990);
});

test("it goes on sooner with what it held back", async () => {
  const calls = new Calls();
  const wait = async () => {
    const called = Date.now();
    await calls.during(async () => await calls.settled(within(600_000)));
    return Date.now() - called;
  };
  const first = await wait();
  expect(await wait()).toBeLessThan(first);
});

/** What two processes see of each other. */
function twoCalls(): readonly [Calls, Calls] {
  const news: [Shared<Activity>[], Shared<Activity>[]] = [[], []];
  const logs = ([0, 1] as const).map((own) => ({
    append: (entry: Activity) => news[1 - own]?.push({ by: String(own), entry }),
    news: () => news[own].splice(0),
  }));
  return [new Calls(logs[0]), new Calls(logs[1])];
}

const one = new Calls();

test.each([
  ["another call", one, one],
  ["a call of another process", ...twoCalls()],
] as const)("it may hand over more as long as it waits for %s", async (_which, calls, others) => {
  const { run, end } = work();
  const events: string[] = [];
  const other = others.during(run).then(() => events.push("the other call ended"));
  const adoption = calls.during(async () => {
    await calls.settled(within(600_000));
    events.push("settled");
  });
  // For longer than it would wait for an engine that has nothing more to hand over.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  end();
  await Promise.all([other, adoption]);
  expect(events).toEqual(["the other call ended", "settled"]);
});

test("calls that all wait for the engine do not wait for each other", async () => {
  const calls = new Calls();
  const events: string[] = [];
  const waiting = [1, 2, 3].map(
    async () =>
      await calls.during(async () => {
        await calls.settled(within(600_000));
        events.push("goes on");
        await new Promise(setImmediate);
        events.push("ends");
      }),
  );
  await Promise.all(waiting);
  expect(events).toEqual([...Array(3).fill("goes on"), ...Array(3).fill("ends")]);
});

test("an operation waits for half of its time at the most", async () => {
  const calls = new Calls();
  const { run, end } = work();
  const other = calls.during(run);
  const operation = within(1_000);
  await calls.during(async () => await calls.settled(operation));
  end();
  await other;
});
