import type { ReplayStore } from "../../provider/src/receiver";
import { NOW } from "./support";

/**
 * What every replay store must do, as tests: to be run for each implementation.
 * @param create Makes an empty store that goes by this clock, which gives milliseconds.
 */
export function describeReplayStore(name: string, create: (now: () => number) => ReplayStore): void {
  describe(`a replay store ${name}`, () => {
    let time = NOW * 1000;
    const inSeconds = (seconds: number) => new Date(time + seconds * 1000);

    beforeEach(() => {
      time = NOW * 1000;
    });

    test("grants a claim once", async () => {
      const store = create(() => time);
      expect(await store.claim("a", inSeconds(60))).toBe(true);
      expect(await store.claim("a", inSeconds(60))).toBe(false);
      expect(await store.claim("b", inSeconds(60))).toBe(true);
    });

    test("grants one of many claims made at once", async () => {
      const store = create(() => time);
      const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim("a", inSeconds(60))));
      expect(claims.filter(Boolean)).toHaveLength(1);
    });

    test("grants it again once it was released", async () => {
      const store = create(() => time);
      await store.claim("a", inSeconds(60));
      await store.release("a");
      expect(await store.claim("a", inSeconds(60))).toBe(true);
    });

    test("grants it again once it has expired, not before", async () => {
      const store = create(() => time);
      await store.claim("a", inSeconds(60));
      time += 59_000;
      expect(await store.claim("a", inSeconds(60))).toBe(false);
      time += 1_000;
      expect(await store.claim("a", inSeconds(60))).toBe(true);
    });

    test("takes the release of what it doesn't know", async () => {
      const store = create(() => time);
      await store.release("unknown");
      expect(await store.claim("unknown", inSeconds(60))).toBe(true);
    });
  });
}
