import type { EventTest } from "../up42/model";
import type { WebhookResult } from "./test-result";

/**
 * The results as JUnit XML, the form that CI systems read: a suite for each webhook, a case for each event. Written by
 * hand: it is three elements, and the packages that write it bring more code than this whole command.
 */
export function junitXml(results: readonly WebhookResult[]): string {
  const tests = results.flatMap((result) => result.tests);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pulumi-up42" ${counts(tests, results.filter(hasError).length)}>`,
    ...results.flatMap(suite),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(result: WebhookResult): readonly string[] {
  const { id, name, tests, error } = result;
  const suiteName = xmlText(`${name} (${id})`);
  const timestamp = tests[0] === undefined ? "" : ` timestamp="${xmlText(tests[0].startedAt)}"`;
  return [
    `  <testsuite name="${suiteName}" ${counts(tests, Number(hasError(result)))}${timestamp}>`,
    ...tests.flatMap((test) => testCase(suiteName, test)),
    ...(error === undefined
      ? []
      : [
          `    <testcase name="test" classname="${suiteName}">`,
          `      <error message="${xmlText(error)}"/>`,
          "    </testcase>",
        ]),
    "  </testsuite>",
  ];
}

function testCase(
  className: string,
  { eventName, success, message, response }: EventTest,
): readonly string[] {
  const open = `    <testcase name="${xmlText(eventName)}" classname="${className}"`;
  return success
    ? [`${open}/>`]
    : [
        `${open}>`,
        `      <failure message="${xmlText(message)}">${xmlText(response)}</failure>`,
        "    </testcase>",
      ];
}

function counts(tests: readonly EventTest[], errors: number): string {
  const failures = tests.filter(({ success }) => !success).length;
  return `tests="${tests.length + errors}" failures="${failures}" errors="${errors}"`;
}

function hasError({ error }: WebhookResult): boolean {
  return error !== undefined;
}

/** Control characters cannot be written in XML 1.0 at all, not even escaped. */
function xmlText(text: string): string {
  return text
    .replace(/[^\P{C}\t\n\r]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}
