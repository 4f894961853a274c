import { verifyNotification } from "../../provider/src/receiver";
import { JOB_STATUS, OPTIONS, refusal, signed } from "./support";

function received(value: unknown): unknown {
  return verifyNotification(signed({ body: JSON.stringify(value) }), OPTIONS).notification;
}

const ORDER_STATUS = { ...JOB_STATUS, event: "order.status", body: { status: "FULFILLED" } };

test("fields beyond the documented ones are kept, at every level", () => {
  const task = { ...JOB_STATUS.body.tasks[0], name: "download" };
  const extended = { ...JOB_STATUS, region: "eu", body: { ...JOB_STATUS.body, credits: 3, tasks: [task] } };
  expect(received(extended)).toEqual(extended);
  const order = { ...ORDER_STATUS, body: { status: "FULFILLED", orderId: "a", assets: ["b"] } };
  expect(received(order)).toEqual(order);
});

test.each(["FAILED_PERMANENTLY", "FAILED PERMANENTLY"])(
  "an order that failed for good may say %s",
  (status) => {
    const order = { ...ORDER_STATUS, body: { status } };
    expect(received(order)).toEqual(order);
  },
);

test.each([[{ a: [1] }], [["list"]], ["text"], [null]])(
  "an unknown event is kept as such: body %j",
  (body) => {
    const unknown = { ...JOB_STATUS, event: "asset.created", body };
    expect(received(unknown)).toEqual(unknown);
  },
);

test("statuses that nobody has heard of are kept", () => {
  expect(received({ ...ORDER_STATUS, body: { status: "ON HOLD" } })).toMatchObject({
    body: { status: "ON HOLD" },
  });
});

test("what a job lacks as long as it hasn't started is null or empty", () => {
  expect(received({ ...JOB_STATUS, body: { jobId: "j", status: "PENDING" } })).toMatchObject({
    body: { tasks: [], startedAt: null, finishedAt: null },
  });
});

test("a field named __proto__ changes nothing but itself", () => {
  const body = `{"__proto__":{"admin":true},${JSON.stringify(ORDER_STATUS).slice(1)}`;
  const { notification } = verifyNotification(signed({ body }), OPTIONS);
  expect(Object.getPrototypeOf(notification)).toBe(Object.prototype);
  expect(notification.admin).toBeUndefined();
});

test.each([
  ["The body", []],
  ["The body", "text"],
  ["The body", null],
  ["event", { ...JOB_STATUS, event: undefined }],
  ["event", { ...JOB_STATUS, event: "" }],
  ["liveMode", { ...JOB_STATUS, liveMode: "false" }],
  ["messageId", { ...JOB_STATUS, messageId: 1 }],
  ["messageId", { ...JOB_STATUS, messageId: "x".repeat(257) }],
  ["timestamp", { ...JOB_STATUS, timestamp: null }],
  ["body", { ...JOB_STATUS, body: null }],
  ["body", { ...ORDER_STATUS, body: [] }],
  ["body.jobId", { ...JOB_STATUS, body: { status: "PENDING" } }],
  ["body.status", { ...JOB_STATUS, body: { jobId: "j" } }],
  ["body.status", { ...ORDER_STATUS, body: {} }],
  ["body.tasks", { ...JOB_STATUS, body: { ...JOB_STATUS.body, tasks: {} } }],
  ["body.tasks[1]", { ...JOB_STATUS, body: { ...JOB_STATUS.body, tasks: [JOB_STATUS.body.tasks[0], 1] } }],
  ["body.tasks[0].id", { ...JOB_STATUS, body: { ...JOB_STATUS.body, tasks: [{ status: "x" }] } }],
  ["body.startedAt", { ...JOB_STATUS, body: { ...JOB_STATUS.body, startedAt: 1 } }],
])("a wrong %s is refused by name", (field, value) => {
  const error = refusal(signed({ body: JSON.stringify(value) }));
  expect(error.code).toBe("unexpected_body");
  expect(error.message).toContain(`: ${field} is not `);
});
