import { planAdoption } from "../../provider/src/lifecycle/webhook/adopt";
import { MemoryApi } from "../support/memory-api";

const URL = "https://example.com/up42";
const INPUTS = { name: "alerts", url: URL, events: ["order.status"] };
const existing = (fields: object = {}) => new MemoryApi().add({ secret: undefined, ...fields });
const reasonsOf = (plan: ReturnType<typeof planAdoption>) => plan.failures.map(({ reason }) => reason);

test("a plan that changes nothing is empty", () => {
  const plan = planAdoption(existing({ events: ["a", "b"] }), {
    ...INPUTS,
    events: ["b", "a"],
    active: true,
  });
  expect(plan).toEqual({ changes: [], failures: [] });
});

test("each field that changes is listed, old and new", () => {
  const webhook = existing({ name: "Alerts of 2024", url: "https://example.com/old", active: false });
  const { changes, failures } = planAdoption(webhook, { ...INPUTS, events: ["job.status"], active: true });
  expect(changes).toEqual([
    `url: "https://example.com/old" → "${URL}"`,
    'events: ["order.status"] → ["job.status"]',
    'name: "Alerts of 2024" → "alerts"',
    "active: false → true",
  ]);
  expect(failures).toEqual([]);
});

describe("a secret", () => {
  test.each([
    ["canary-old", "canary-new", "secret: changed"],
    [undefined, "canary-new", "secret: set"],
    ["****", "canary-new", "secret: set again, since UP42 does not show the old one"],
  ])("%j that becomes %j is never shown", (before, secret, line) => {
    const plan = planAdoption(existing({ secret: before }), { ...INPUTS, active: true, secret });
    expect(plan).toEqual({ changes: [line], failures: [] });
  });

  test("is removed only by an argument that says so", () => {
    const webhook = existing({ secret: "canary-old" });
    const refused = planAdoption(webhook, { ...INPUTS, active: true });
    expect(reasonsOf(refused)).toEqual([
      expect.stringMatching(
        /^secret: .*has a secret, and `secret` is not given.*removeSecret: true to remove it$/,
      ),
    ]);
    const plan = planAdoption(webhook, { ...INPUTS, active: true, removeSecret: true });
    expect(plan).toEqual({ changes: ["secret: removed"], failures: [] });
    expect(JSON.stringify([refused, plan])).not.toContain("canary");
  });
});

test("a webhook is turned off only by an argument that says so", () => {
  expect(reasonsOf(planAdoption(existing(), INPUTS))).toEqual([
    expect.stringMatching(/^active: .* is active, and `active` is not given.*Set active: true to keep it on/),
  ]);
  const plan = planAdoption(existing(), { ...INPUTS, active: false });
  expect(plan).toEqual({ changes: ["active: true → false"], failures: [] });
  expect(planAdoption(existing({ active: false }), INPUTS)).toEqual({ changes: [], failures: [] });
});
