import type { ReplayStore } from "../../provider/src/receiver";

/** A store to try, and its clock. */
export interface StoreUnderTest {
  readonly store: ReplayStore;
  /** Lets the store's time pass. */
  pass(seconds: number): void | Promise<void>;
}

/**
 * What every replay store must do, as tests: to be run for each implementation.
 * @param create Makes an empty store.
 */
export function describeReplayStore(
  name: string,
  create: () => StoreUnderTest | Promise<StoreUnderTest>,
): void {
  describe(`a replay store ${name}`, () => {
    test("grants a claim once, and then says that it is running", async () => {
      const { store } = await create();
      expect(await store.claim("a", "me", 60)).toBe("new");
      expect(await store.claim("a", "you", 60)).toBe("running");
      expect(await store.claim("a", "me", 60)).toBe("running");
      expect(await store.claim("b", "you", 60)).toBe("new");
    });

    test("grants one of many claims made at once", async () => {
      const { store } = await create();
      const owners = Array.from({ length: 20 }, (_, index) => `owner ${index}`);
      const states = await Promise.all(owners.map((owner) => store.claim("a", owner, 60)));
      expect(states.sort()).toEqual(["new", ...owners.slice(1).map(() => "running")]);
    });

    test("says that it is done once it was completed, until it has been remembered long enough", async () => {
      const { store, pass } = await create();
      await store.claim("a", "me", 60);
      await store.complete("a", 3600);
      await pass(2400);
      expect(await store.claim("a", "you", 60)).toBe("done");
      await pass(2400);
      expect(await store.claim("a", "you", 60)).toBe("new");
    });

    test("grants it again once it was released", async () => {
      const { store } = await create();
      await store.claim("a", "me", 60);
      await store.release("a", "me");
      expect(await store.claim("a", "you", 60)).toBe("new");
    });

    test("grants it again once the lease has ended, not before", async () => {
      const { store, pass } = await create();
      await store.claim("a", "me", 600);
      await pass(300);
      expect(await store.claim("a", "you", 60)).toBe("running");
      await pass(301);
      expect(await store.claim("a", "you", 60)).toBe("new");
    });

    test("keeps the claim of another owner whose lease began when the first had ended", async () => {
      const { store, pass } = await create();
      await store.claim("a", "late", 600);
      await pass(601);
      await store.claim("a", "you", 600);
      await store.release("a", "late");
      expect(await store.claim("a", "third", 60)).toBe("running");
    });

    test("keeps what was done, no matter who releases it or was running", async () => {
      const { store, pass } = await create();
      await store.claim("a", "late", 600);
      await pass(601);
      await store.claim("a", "you", 600);
      await store.complete("a", 60);
      await store.release("a", "you");
      await store.release("a", "late");
      expect(await store.claim("a", "third", 60)).toBe("done");
    });

    test("takes the release of what it doesn't know", async () => {
      const { store } = await create();
      await store.release("unknown", "me");
      expect(await store.claim("unknown", "me", 60)).toBe("new");
    });
  });
}
