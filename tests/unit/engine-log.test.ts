import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { CallReporter } from "../../provider/src/plugin/engine-log";

describe("what one call has to say", () => {
  test("has arrived once it is settled", async () => {
    const arrived: unknown[] = [];
    const reporter = new CallReporter(async (...message) => {
      await Promise.resolve();
      arrived.push(message);
    });
    reporter.warn("first");
    reporter.progress("second");
    await reporter.settled();
    expect(arrived).toEqual([
      [LogSeverity.WARNING, "first", false],
      [LogSeverity.INFO, "second", true],
    ]);
  });

  test("fails no operation when it does not arrive: a webhook that was created would be forgotten", async () => {
    const reporter = new CallReporter(() => Promise.reject(new Error("unavailable")));
    reporter.info("created");
    await expect(reporter.settled()).resolves.toBeUndefined();
  });
});
