import { InitializationError } from "../../provider/src/dynamic/initialization-error";
import { failure } from "../../provider/src/lifecycle/properties";
import { Session } from "../../provider/src/lifecycle/session";
import { AnswerError } from "../../provider/src/up42/errors";
import { printable } from "../../provider/src/up42/printable";
import { MemoryApi } from "../support/memory-api";

const RAW = "a\u001b[2J\u202e\r\nb";
const SAFE = "a\uFFFD[2J\uFFFD\uFFFD\nb";

test("what steers a terminal is replaced", () => {
  expect(printable(RAW)).toBe(SAFE);
});

describe("nothing that UP42 or a receiver says steers the terminal", () => {
  test("in errors", () => {
    expect(new AnswerError(RAW).message).toBe(SAFE);
  });

  test("in the reasons of a resource that was not initialised", () => {
    expect(new InitializationError(new Error("x"), "id", {}, {}, [RAW]).reasons).toEqual([SAFE]);
  });

  test("in failed checks", () => {
    expect(failure("url", RAW).reason).toBe(`url: ${SAFE}`);
  });

  test("in lines of progress", () => {
    const lines: string[] = [];
    const settings = { workspaceId: undefined, timeoutSeconds: 1 };
    const session = new Session(new MemoryApi(), settings, (line) => lines.push(line));
    session.report(RAW);
    session.operation("x").report(RAW);
    expect(lines).toEqual([SAFE, SAFE]);
  });
});
