import {
  createMemoryReplayStore,
  handleOnce,
  type ReplayStore,
  verifyNotification,
} from "../../provider/src/receiver";
import { describeReplayStore } from "./replay-store-contract";
import { JOB_STATUS, NOW, OPTIONS, signed } from "./support";

describeReplayStore("in memory", (now) => createMemoryReplayStore({ now }));

describe("the bound of the store in memory", () => {
  const later = new Date((NOW + 60) * 1000);

  test("holds: the oldest are forgotten first", () => {
    const store = createMemoryReplayStore({ maxEntries: 2, now: OPTIONS.now });
    expect(["a", "b", "c"].map((id) => store.claim(id, later))).toEqual([true, true, true]);
    expect(store.claim("c", later)).toBe(false);
    expect(store.claim("b", later)).toBe(false);
    expect(store.claim("a", later)).toBe(true);
  });

  test("counts a refused claim as no entry", () => {
    const store = createMemoryReplayStore({ maxEntries: 2, now: OPTIONS.now });
    store.claim("a", later);
    for (let index = 0; index < 5; index += 1) store.claim("b", later);
    expect(store.claim("a", later)).toBe(false);
  });

  test.each([0, -1, 1.5, Number.NaN])("%d is refused", (maxEntries) => {
    expect(() => createMemoryReplayStore({ maxEntries })).toThrow(RangeError);
  });
});

describe("handleOnce", () => {
  const verified = verifyNotification(signed(), OPTIONS);

  test("handles a notification once", async () => {
    const store = createMemoryReplayStore();
    const handle = jest.fn(() => "done");
    expect(await handleOnce(verified, store, handle)).toEqual({ handled: true, result: "done" });
    expect(await handleOnce(verified, store, handle)).toEqual({ handled: false });
    expect(handle.mock.calls).toEqual([[JOB_STATUS]]);
  });

  test("once also if both come at the same time", async () => {
    const store = createMemoryReplayStore();
    const both = await Promise.all([0, 1].map(() => handleOnce(verified, store, async () => await null)));
    expect(both.filter(({ handled }) => handled)).toHaveLength(1);
  });

  test("again if it failed, whose error is passed on", async () => {
    const store = createMemoryReplayStore();
    const failure = new Error("database away");
    await expect(handleOnce(verified, store, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await handleOnce(verified, store, () => 1)).toEqual({ handled: true, result: 1 });
  });

  test("remembers for a day, or as long as it is told", async () => {
    const claims: Date[] = [];
    const store: ReplayStore = {
      claim: (_, expiresAt) => claims.push(expiresAt) > 0,
      release: () => undefined,
    };
    await handleOnce(verified, store, () => 1, { now: OPTIONS.now });
    await handleOnce(verified, store, () => 1, { now: OPTIONS.now, retentionSeconds: 60 });
    expect(claims).toEqual([new Date((NOW + 86_400) * 1000), new Date((NOW + 60) * 1000)]);
  });

  test("handles nothing if the store fails", async () => {
    const failure = new Error("store away");
    const store: ReplayStore = { claim: () => Promise.reject(failure), release: () => undefined };
    const handle = jest.fn();
    await expect(handleOnce(verified, store, handle)).rejects.toBe(failure);
    expect(handle).not.toHaveBeenCalled();
  });
});
