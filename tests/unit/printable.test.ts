import { InitializationError } from "../../provider/src/dynamic/initialization-error";
import { failure } from "../../provider/src/lifecycle/properties";
import { PartialFailure } from "../../provider/src/lifecycle/resource";
import { AnswerError, Up42Error } from "../../provider/src/up42/errors";
import { printable } from "../../provider/src/up42/printable";

const RAW = "a\u001b[2J\u202e\r\nb";
const SAFE = "a\uFFFD[2J\uFFFD b";

test("what steers a terminal is replaced", () => {
  expect(printable(RAW)).toBe(SAFE);
});

describe("nothing that UP42 or a receiver says steers the terminal", () => {
  test("in errors", () => {
    expect(new AnswerError(RAW).message).toBe(SAFE);
  });

  test("in the reasons of a resource that was not initialised", () => {
    expect(new InitializationError(new PartialFailure("id", {}, [RAW]), {}).reasons).toEqual([SAFE]);
  });

  test("in failed checks", () => {
    expect(failure("url", RAW).reason).toBe(`url: ${SAFE}`);
  });

  test("in next steps", () => {
    expect(new Up42Error("x", { nextStep: RAW }).nextStep).toBe(SAFE);
  });
});

test.each(["a\r\n::error::b", "a\n\n::error::b", "a\u2028::error::b", "a\u2029::error::b", "a\t::error::b"])(
  "%j becomes one line",
  (text) => {
    expect(printable(text)).toBe("a ::error::b");
  },
);
