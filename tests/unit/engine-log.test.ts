import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { CallReporter, EngineLog } from "../../provider/src/plugin/engine-log";
import { EngineServer } from "../faults/engine-server";

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

describe("a message to the engine", () => {
  test("does not go by a proxy, which would look for the engine on its own machine", async () => {
    const messages: string[] = [];
    const engine = await EngineServer.start((message) => messages.push(message));
    process.env.https_proxy = "http://127.0.0.1:9";
    try {
      const reporter = new EngineLog(engine.address).forCall("");
      reporter.warn("hello");
      await reporter.settled();
      expect(messages).toEqual(["hello"]);
    } finally {
      delete process.env.https_proxy;
      engine.stop();
    }
  });
});
