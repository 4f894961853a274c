import {
  isConcealed,
  isLater,
  sameTime,
  similarIdentity,
  similarNames,
  similarUrls,
} from "../../provider/src/lifecycle/webhook/compare";

describe("names that can be one", () => {
  test.each([
    ["Orders", " orders "],
    ["EU  : orders", "eu : orders"],
    ["a name of many characters", "a name of many ch"],
  ])("%j and %j", (a, b) => {
    expect(similarNames(a, b)).toBe(true);
    expect(similarNames(b, a)).toBe(true);
  });

  test.each([
    ["orders", "orders-2"],
    ["a name of many characters", "a name of many others"],
    ["", "orders"],
  ])("%j and %j cannot", (a, b) => {
    expect(similarNames(a, b)).toBe(false);
  });
});

describe("URLs that can be one", () => {
  test.each([
    ["https://example.com/up42", "https://example.com/up42/"],
    ["https://example.com/up42#part", "https://example.com/up42"],
    ["https://example.com", "https://EXAMPLE.com:443/"],
    ["https://example.com/Up42", "https://example.com/up42"],
  ])("%j and %j", (a, b) => {
    expect(similarUrls(a, b)).toBe(true);
  });

  test.each([
    ["https://example.com/up42", "https://example.com/up42?x"],
    ["https://example.com/up42", "http://example.com/up42"],
    ["https://example.com/up42", "nonsense"],
  ])("%j and %j cannot", (a, b) => {
    expect(similarUrls(a, b)).toBe(false);
  });
});

test("an identity needs both", () => {
  const one = { name: "orders", url: "https://example.com/up42" };
  expect(similarIdentity(one, { ...one, name: "ORDERS" })).toBe(true);
  expect(similarIdentity(one, { ...one, name: "jobs" })).toBe(false);
  expect(similarIdentity(one, { ...one, url: "https://example.com/x" })).toBe(false);
});

describe("times", () => {
  test.each([
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"],
    ["2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.100000Z"],
  ])("%s and %s are the same", (a, b) => {
    expect(sameTime(a, b)).toBe(true);
    expect(isLater(a, b)).toBe(false);
  });

  test.each([
    ["2026-01-01T00:00:01Z", "2026-01-01T00:00:00.999999Z"],
    ["2026-01-01T00:00:00.000002Z", "2026-01-01T00:00:00.000001Z"],
    ["2026-01-01T00:00:00.0001Z", "2026-01-01T00:00:00Z"],
    ["2026-01-01T00:00:00.1234Z", "2026-01-01T00:00:00.123Z"],
  ])("%s is later than %s", (a, b) => {
    expect(isLater(a, b)).toBe(true);
    expect(isLater(b, a)).toBe(false);
    expect(sameTime(a, b)).toBe(false);
  });

  test("that cannot be compared are neither", () => {
    expect(isLater(undefined, "2026-01-01T00:00:00Z")).toBe(false);
    expect(isLater("soon", "2026-01-01T00:00:00Z")).toBe(false);
  });
});

test.each(["QW…", "abc...", "****", "[REDACTED]"])("%j is a mask", (secret) => {
  expect(isConcealed(secret)).toBe(true);
});
