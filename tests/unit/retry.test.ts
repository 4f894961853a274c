import {
  AnswerError,
  ApiError,
  ConfigError,
  CredentialsError,
  TransportError,
} from "../../provider/src/up42/errors";
import { Deadline, type Operation } from "../../provider/src/up42/operation";
import { isTransient, isUnprocessed, Pause, withRetries } from "../../provider/src/up42/retry";
import { parseRetryAfter } from "../../provider/src/up42/retry-after";

const LONG_MS = 3_600_000;

let lines: string[];
let waits: number[];

/** Time does not pass by itself: a pause moves the clock and is over at once. */
beforeEach(() => {
  lines = [];
  waits = [];
  jest.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z") });
});
afterEach(() => jest.useRealTimers());

function operation(timeoutMs = LONG_MS): Operation {
  return { deadline: new Deadline(timeoutMs), report: (line) => lines.push(line) };
}

function answered(status: number, retryAfterMs?: number, isOwn = true): ApiError {
  const failure = {
    method: "GET",
    url: "https://api.up42.com/x",
    status,
    message: "oh",
    isOwn,
    isForeign: false,
  };
  return new ApiError(retryAfterMs === undefined ? failure : { ...failure, retryAfterMs });
}

const lost = (sent: "no" | "maybe", final = false) => new TransportError("reset", { sent, final });

/** Runs with a fake clock, and notes how long each pause was. */
async function run<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = promise.finally(() => {
    settled = true;
  });
  done.catch(() => undefined);
  for (let idle = 0; !settled && idle < 50; ) {
    // The library is loaded on the first failure, which takes real turns of the event loop.
    await new Promise((resolve) =>
      jest.requireActual<typeof import("node:timers")>("node:timers").setImmediate(resolve),
    );
    if (jest.getTimerCount() === 0) {
      idle += 1;
      continue;
    }
    const before = Date.now();
    await jest.advanceTimersToNextTimerAsync();
    waits.push(Date.now() - before);
  }
  return await done;
}

/** Fails so often, each time with the next error, and then succeeds. */
function failing(...errors: readonly Error[]) {
  const queue = [...errors];
  const attempt = jest.fn(() => {
    const error = queue.shift();
    return error === undefined ? Promise.resolve("done") : Promise.reject(error);
  });
  return attempt;
}

describe("failures", () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 599])("of status %i may go away", (status) => {
    expect(isTransient(answered(status))).toBe(true);
  });
  test.each([301, 400, 401, 403, 404, 405, 409, 410, 415, 422])("of status %i are final", (status) => {
    expect(isTransient(answered(status))).toBe(false);
  });
  test("of the network may go away, unless the certificate is not trusted", () => {
    expect(isTransient(lost("maybe"))).toBe(true);
    expect(isTransient(lost("no"))).toBe(true);
    expect(isTransient(lost("no", true))).toBe(false);
  });
  test("to understand an answer may go away: it may have been cut off", () => {
    expect(isTransient(new AnswerError("cut"))).toBe(true);
  });
  test.each([
    ["refused credentials", new CredentialsError("no")],
    ["a wrong configuration", new ConfigError("no")],
    ["a defect", new TypeError("no")],
  ])("because of %s are final", (_, error) => {
    expect(isTransient(error)).toBe(false);
  });
  test("prove that nothing was done only when the request never left, or was refused", () => {
    expect([lost("no"), answered(429), answered(425), answered(400)].map(isUnprocessed)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    // A status alone proves nothing: a proxy or a firewall can answer after UP42 has done its work.
    const others = [400, 401, 403, 425, 429, 499].map((status) => answered(status, undefined, false));
    expect(others.map(isUnprocessed)).toEqual(Array(6).fill(false));
    const unclear = [lost("maybe"), answered(408), answered(500), answered(504), new AnswerError("cut")];
    expect(unclear.map(isUnprocessed)).toEqual([false, false, false, false, false]);
  });
});

describe("retries", () => {
  const settings = (random: number, maxRetries = 5) => ({
    maxRetries,
    pause: new Pause(),
    random: () => random,
  });

  test("go on until it works", async () => {
    const attempt = failing(answered(503), lost("maybe"), new AnswerError("cut"));
    await expect(run(withRetries(settings(1), operation(), "always", attempt))).resolves.toBe("done");
    expect(attempt).toHaveBeenCalledTimes(4);
  });

  test("are not made of an answer that would only be the same again", async () => {
    const attempt = failing(new AnswerError("too large", { final: true }));
    await expect(run(withRetries(settings(1), operation(), "always", attempt))).rejects.toThrow("too large");
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  test("back off exponentially, at the most as long as the jitter allows", async () => {
    await run(withRetries(settings(1), operation(), "always", failing(...Array(5).fill(answered(500)))));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000]);
    waits = [];
    await run(withRetries(settings(0.5), operation(), "always", failing(answered(500), answered(500))));
    expect(waits).toEqual([250, 500]);
  });

  test("are at once when chance says so: the jitter is a full one", async () => {
    await run(withRetries(settings(0), operation(), "always", failing(answered(500), answered(500))));
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(0);
  });

  test("wait at least as long as UP42 asks", async () => {
    await run(withRetries(settings(0), operation(), "always", failing(answered(503, 7000))));
    expect(waits).toEqual([7000]);
  });

  test("wait for the pause of the whole process", async () => {
    const paused = settings(0);
    paused.pause.extend(3000);
    await run(withRetries(paused, operation(), "always", failing(answered(500))));
    expect(waits).toEqual([3000]);
  });

  test("end with their number, and say how many tries there were", async () => {
    const attempt = failing(...Array(9).fill(answered(502)));
    await expect(run(withRetries(settings(0, 2), operation(), "always", attempt))).rejects.toThrow(
      /HTTP 502.*\(gave up after 3 tries\)$/,
    );
    expect(attempt).toHaveBeenCalledTimes(3);
  });

  test.each([
    ["more time than there is", 60_000, 30_000],
    ["so much that hardly any is left for an answer", 1000, 1050],
  ])("end when UP42 asks for %s", async (_, asked, timeoutMs) => {
    const attempt = failing(answered(503, asked));
    await expect(run(withRetries(settings(0), operation(timeoutMs), "always", attempt))).rejects.toThrow(
      "HTTP 503",
    );
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  test("leave time for the answer before the deadline", async () => {
    await run(withRetries(settings(1), operation(600), "always", failing(answered(500))));
    expect(waits).toEqual([300]);
  });

  test("are not sent when the pause before them took too long", async () => {
    const attempt = failing(answered(500), answered(502), answered(503));
    const late: Operation = {
      deadline: new Deadline(1000),
      report: () => jest.setSystemTime(Date.now() + 475),
    };
    const refused = run(withRetries(settings(0), late, "always", attempt));
    await expect(refused).rejects.toThrow(/HTTP 502.*\(gave up after 2 tries\)$/);
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  test("of what may be done only once need proof that it was not done", async () => {
    const attempt = failing(lost("no"), answered(429), lost("maybe"));
    await expect(run(withRetries(settings(0), operation(), "ifNotProcessed", attempt))).rejects.toThrow(
      "reset",
    );
    expect(attempt).toHaveBeenCalledTimes(3);
  });

  test("do not repeat what is final, and leave its message alone", async () => {
    const attempt = failing(answered(400));
    await expect(run(withRetries(settings(0), operation(), "always", attempt))).rejects.not.toThrow(
      "gave up",
    );
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  test("are reported in one line each: what, why, when next", async () => {
    await run(withRetries(settings(0.5), operation(), "always", failing(lost("maybe"), answered(503, 2000))));
    expect(lines).toEqual([
      "reset; trying again in 0.3 s (retry 1 of 5)",
      expect.stringMatching(/^.*HTTP 503.*; trying again in 2\.5 s \(retry 2 of 5\)$/),
    ]);
    expect(lines.join("")).not.toContain("\n");
  });
});

describe("the pause", () => {
  let startOfTest: number;
  beforeEach(() => {
    jest.useRealTimers();
    startOfTest = Date.now();
    jest.useFakeTimers({ now: startOfTest });
  });

  test("holds everybody until it is over, and the longest one counts", async () => {
    jest.useRealTimers();
    const pause = new Pause();
    pause.extend(60);
    pause.extend(20);
    await Promise.all([pause.over(operation()), pause.over(operation())]);
    expect(pause.remainingMs).toBe(0);
    expect(Date.now()).toBeGreaterThanOrEqual(startOfTest + 60);
  });

  test("is an error when it is longer than the operation may take", async () => {
    const pause = new Pause();
    pause.extend(90_000);
    await expect(pause.over(operation(60_000))).rejects.toThrow(
      "UP42 takes no more requests for another 90.0 s",
    );
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  test.each([
    ["0", 0],
    ["7", 7000],
    [" 120 ", 120_000],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Thursday, 01-Jan-26 00:00:30 GMT", 30_000],
    ["Thu Jan  1 00:00:30 2026 GMT", 30_000],
    ["Wed, 31 Dec 2025 23:00:00 GMT", 0],
    ["99999999999", 86_400_000],
  ])("%p is understood", (value, milliseconds) => {
    expect(parseRetryAfter(value, now)).toBe(milliseconds);
  });
  test.each([undefined, "", "-1", "1.5", "soon", "2026-01-01", "Thu, 99 Foo"])("%p is none", (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });
});
