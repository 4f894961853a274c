import { junitXml } from "../../provider/src/cli/junit";
import { table } from "../../provider/src/cli/output";

const test1 = {
  eventName: "job.status",
  success: true,
  message: "Test request was successful!",
  response: "",
  startedAt: "2026-01-01T00:00:00Z",
};

describe("JUnit XML", () => {
  test("a suite for each webhook, a case for each event", () => {
    const failed = {
      ...test1,
      eventName: "order.status",
      success: false,
      message: '"500" <no>',
      response: "a\nb",
    };
    const xml = junitXml([
      { id: "1", name: "fine", active: true, tests: [test1] },
      { id: "2", name: "R&D", active: true, tests: [test1, failed] },
      { id: "3", name: "gone", active: true, tests: [], error: "Failed to test \u0000" },
    ]);
    expect(xml.split("\n")).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="pulumi-up42" tests="4" failures="1" errors="1">',
      '  <testsuite name="fine (1)" tests="1" failures="0" errors="0" timestamp="2026-01-01T00:00:00Z">',
      '    <testcase name="job.status" classname="fine (1)"/>',
      "  </testsuite>",
      '  <testsuite name="R&amp;D (2)" tests="2" failures="1" errors="0" timestamp="2026-01-01T00:00:00Z">',
      '    <testcase name="job.status" classname="R&amp;D (2)"/>',
      '    <testcase name="order.status" classname="R&amp;D (2)">',
      '      <failure message="&quot;500&quot; &lt;no&gt;">a&#10;b</failure>',
      "    </testcase>",
      "  </testsuite>",
      '  <testsuite name="gone (3)" tests="1" failures="0" errors="1">',
      '    <testcase name="test" classname="gone (3)">',
      '      <error message="Failed to test \uFFFD"/>',
      "    </testcase>",
      "  </testsuite>",
      "</testsuites>",
      "",
    ]);
  });
});

describe("output for people", () => {
  test("columns are aligned, and nothing in a cell breaks the row", () => {
    expect(
      table(
        ["ID", "NAME"],
        [
          ["1", "a\nb"],
          ["long", "c"],
        ],
      ),
    ).toBe("ID    NAME\n1     a b\nlong  c");
  });
});
