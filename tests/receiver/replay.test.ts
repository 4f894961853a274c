import {
  createMemoryReplayStore,
  type HandleOnceOptions,
  handleOnce,
  NotificationError,
  type ReplayStore,
  verifyNotification,
} from "../../provider/src/receiver";
import { describeReplayStore } from "./replay-store-contract";
import { JOB_STATUS, NOW, OPTIONS, signed } from "./support";

describeReplayStore("in memory", () => {
  let time = NOW * 1000;
  const pass = (seconds: number) => {
    time += seconds * 1000;
  };
  return { store: createMemoryReplayStore({ now: () => time }), pass };
});

describe("the bound of the store in memory", () => {
  test("holds: the oldest are forgotten first", () => {
    const store = createMemoryReplayStore({ maxEntries: 2 });
    expect(["a", "b", "c"].map((id) => store.claim(id, "me", 60))).toEqual(["new", "new", "new"]);
    expect(store.claim("c", "me", 60)).toBe("running");
    expect(store.claim("b", "me", 60)).toBe("running");
    expect(store.claim("a", "me", 60)).toBe("new");
  });

  test("counts a refused claim as no entry", () => {
    const store = createMemoryReplayStore({ maxEntries: 2 });
    store.claim("a", "me", 60);
    for (let index = 0; index < 5; index += 1) {
      store.claim("b", "me", 60);
    }
    expect(store.claim("a", "me", 60)).toBe("running");
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

  test("refuses a repeat while the first is running, so that nothing is lost when that fails", async () => {
    const store = createMemoryReplayStore();
    const failure = new Error("database away");
    let fail: (error: Error) => void = () => undefined;
    const first = handleOnce(verified, store, () => new Promise((_, reject) => (fail = reject)));
    const repeat = await handleOnce(verified, store, () => "twice").catch((error: unknown) => error);
    expect(repeat).toBeInstanceOf(NotificationError);
    expect(repeat).toMatchObject({
      code: "still_running",
      statusCode: 503,
      headers: { "retry-after": "10" },
    });
    fail(failure);
    await expect(first).rejects.toBe(failure);
    expect(await handleOnce(verified, store, () => 1)).toEqual({ handled: true, result: 1 });
    expect(await handleOnce(verified, store, () => 2)).toEqual({ handled: false });
  });

  test("refuses it with the status and the time that are set", async () => {
    const store = createMemoryReplayStore();
    store.claim(JOB_STATUS.messageId, "another process", 60);
    const options = { runningStatusCode: 409, retryAfterSeconds: 0.5 };
    await expect(handleOnce(verified, store, () => 1, options)).rejects.toMatchObject({
      statusCode: 409,
      headers: { "retry-after": "1" },
    });
  });

  test("handles it again when the lease of a process that died has ended", async () => {
    let time = NOW * 1000;
    const store = createMemoryReplayStore({ now: () => time });
    // A handler that never ends stands for the process.
    handleOnce(verified, store, () => new Promise(() => undefined), { leaseSeconds: 30 });
    time += 29_000;
    await expect(handleOnce(verified, store, () => 1)).rejects.toThrow(NotificationError);
    time += 1_000;
    expect(await handleOnce(verified, store, () => 1)).toEqual({ handled: true, result: 1 });
  });

  test("again if it failed, whose error is passed on", async () => {
    const store = createMemoryReplayStore();
    const failure = new Error("database away");
    await expect(handleOnce(verified, store, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await handleOnce(verified, store, () => 1)).toEqual({ handled: true, result: 1 });
  });

  test("also if it failed before it returned a promise", async () => {
    const store = createMemoryReplayStore();
    const failure = new Error("not even started");
    const fail = () => {
      throw failure;
    };
    await expect(handleOnce(verified, store, fail)).rejects.toBe(failure);
    expect(await handleOnce(verified, store, () => 1)).toEqual({ handled: true, result: 1 });
  });

  test("claims for a minute and remembers for a day, or as long as is set", async () => {
    const calls: unknown[] = [];
    const store: ReplayStore = {
      claim: (...[, , leaseSeconds]) => {
        calls.push(leaseSeconds);
        return "new";
      },
      complete: (...[, retentionSeconds]) => {
        calls.push(retentionSeconds);
      },
      release: () => undefined,
    };
    await handleOnce(verified, store, () => 1);
    await handleOnce(verified, store, () => 1, { leaseSeconds: 5, retentionSeconds: 70 });
    expect(calls).toEqual([60, 86_400, 5, 70]);
  });

  test.each<HandleOnceOptions>([
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300].flatMap((seconds) => [
      { retentionSeconds: seconds },
      { leaseSeconds: seconds },
      { retryAfterSeconds: seconds },
    ]),
    ...[200, 399, 600, 503.5, Number.NaN].map((runningStatusCode) => ({ runningStatusCode })),
  ])("refuses the options %p, and handles nothing", async (options) => {
    const handle = jest.fn();
    await expect(handleOnce(verified, createMemoryReplayStore(), handle, options)).rejects.toThrow(
      RangeError,
    );
    expect(handle).not.toHaveBeenCalled();
  });

  describe("with a store that fails", () => {
    const failure = new Error("store away");
    const fails = () => Promise.reject(failure);
    const good: ReplayStore = { claim: () => "new", complete: () => undefined, release: () => undefined };

    test("handles nothing if it cannot be claimed", async () => {
      const handle = jest.fn();
      await expect(handleOnce(verified, { ...good, claim: fails }, handle)).rejects.toBe(failure);
      expect(handle).not.toHaveBeenCalled();
    });

    test("handles nothing if it knows fewer states", async () => {
      const store = { ...good };
      Object.assign(store, { claim: () => true });
      const handle = jest.fn();
      await expect(handleOnce(verified, store, handle)).rejects.toThrow(/"new", "running" or "done"/);
      expect(handle).not.toHaveBeenCalled();
    });

    test("passes on the handler's error, and reports its own", async () => {
      const onStoreError = jest.fn();
      const own = new Error("database away");
      const handled = handleOnce(verified, { ...good, release: fails }, () => Promise.reject(own), {
        onStoreError,
      });
      await expect(handled).rejects.toBe(own);
      expect(onStoreError.mock.calls).toEqual([[failure]]);
    });

    test("returns what was handled, and reports its own error", async () => {
      const onStoreError = jest.fn();
      const handled = handleOnce(verified, { ...good, complete: fails }, () => 1, { onStoreError });
      expect(await handled).toEqual({ handled: true, result: 1 });
      expect(onStoreError.mock.calls).toEqual([[failure]]);
    });

    test("prints its error by default", async () => {
      const print = jest.spyOn(console, "error").mockImplementation(() => undefined);
      await handleOnce(verified, { ...good, complete: fails }, () => 1);
      expect(print.mock.calls).toEqual([[failure]]);
      print.mockRestore();
    });
  });
});
