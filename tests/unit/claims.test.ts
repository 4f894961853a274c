import { Claims } from "../../provider/src/lifecycle/claims";

const EARLIER = { id: "w1", updatedAt: "2026-01-01T00:00:00Z" };
const LATER = { id: "w1", updatedAt: "2026-01-02T00:00:00Z" };

let claims: Claims;
beforeEach(() => {
  claims = new Claims();
});

describe("a claim", () => {
  test("is an entry's own, however its time is spelled", () => {
    claims.add(EARLIER);
    expect(claims.has("w1")).toBe(true);
    expect(claims.hasOther(EARLIER)).toBe(false);
    expect(claims.isKnownLater({ id: "w1", updatedAt: "2026-01-01T00:00:00.000Z" })).toBe(false);
    expect(claims.hasOther({ id: "w2", updatedAt: EARLIER.updatedAt })).toBe(false);
  });

  test("of an entry that saw the webhook at another time is another's", () => {
    claims.add(LATER);
    expect(claims.hasOther(EARLIER)).toBe(true);
    expect(claims.isKnownLater(EARLIER)).toBe(true);
  });

  test("of an entry that saw the webhook earlier is none that has adopted it since", () => {
    claims.add(EARLIER);
    expect(claims.isKnownLater(LATER)).toBe(false);
  });

  test("moves with the entry's own writes", () => {
    claims.add(EARLIER);
    claims.moved(EARLIER, LATER.updatedAt);
    expect(claims.hasOther(LATER)).toBe(false);
    expect(claims.isKnownLater(EARLIER)).toBe(true);
  });

  test("by adoption takes the webhook from the entry that had it", () => {
    claims.add(EARLIER);
    claims.adopt(LATER);
    expect(claims.isAdopted(EARLIER)).toBe(true);
    expect(claims.hasOther(EARLIER)).toBe(true);
    expect(claims.isAdopted(LATER)).toBe(false);
  });

  test("ends when the entry leaves the webhook to another one", () => {
    claims.add(EARLIER);
    claims.adopt(LATER);
    claims.lose(EARLIER);
    expect(claims.hasOther(LATER)).toBe(false);
  });

  test("is ahead of others only when they saw the webhook earlier", () => {
    expect(claims.isAheadOfOthers(LATER)).toBe(false);
    claims.add(EARLIER);
    expect(claims.isAheadOfOthers(LATER)).toBe(true);
    expect(claims.isAheadOfOthers(EARLIER)).toBe(false);
    claims.add({ id: "w1", updatedAt: "2026-01-03T00:00:00Z" });
    expect(claims.isAheadOfOthers(LATER)).toBe(false);
  });

  test("is over when the webhook is gone", () => {
    claims.adopt(LATER);
    claims.remove("w1");
    expect(claims.has("w1")).toBe(false);
    expect(claims.hasOther(EARLIER)).toBe(false);
  });
});
