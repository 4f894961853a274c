import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { webhookInputFields } from "../../provider/src/lifecycle/webhook/fields";
import { webhookTestInputFields } from "../../provider/src/lifecycle/webhook-test/fields";
import { WORKSPACE } from "../support/pulumi";
import { readDocument } from "./markdown";

const Properties = v.optional(v.record(v.string(), v.unknown()), {});
const State = v.object({
  deployment: v.object({
    resources: v.array(v.object({ type: v.string(), inputs: Properties, outputs: Properties })),
  }),
});

const { text } = readDocument("docs/state.md");

describe.each([
  [
    "pulumi-nodejs:dynamic/up42:Webhook",
    Object.keys(webhookInputFields),
    ["createdAt", "updatedAt", "answered", "__replaceOnChanges"],
  ],
  [
    "pulumi-nodejs:dynamic/up42:WebhookTest",
    Object.keys(webhookTestInputFields),
    ["startedAt", "testsRun", "testsSucceeded", "testsFailed", "tests"],
  ],
])("what docs/state.md says of %s", (type, inputs, others) => {
  test("are its inputs and outputs", () => {
    expect([...propertiesUnder(type)].sort()).toEqual([...inputs, ...others, "__provider"].sort());
  });

  test("has everything that a stack has stored", () => {
    const file = join(WORKSPACE, "tests/fixtures/state/0.1.0.json");
    const { deployment } = v.parse(State, JSON.parse(readFileSync(file, "utf8")));
    const stored = deployment.resources
      .filter((resource) => resource.type === type)
      .flatMap((resource) => [...Object.keys(resource.inputs), ...Object.keys(resource.outputs)]);
    expect(stored).toContain("__provider");
    expect([...propertiesUnder(type)]).toEqual(expect.arrayContaining(stored));
  });
});

/** The properties in the first column of the table under the type's heading. */
function propertiesUnder(type: string): ReadonlySet<string> {
  const [section = ""] = text.slice(text.indexOf(`### \`${type}\``)).split(/\n#+ /);
  const cells = [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = ""]) => cell);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)));
}
