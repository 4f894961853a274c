import { execFileSync } from "node:child_process";
import { WORKSPACE } from "../support/pulumi";

/** A program whose resource cannot be registered, from within functions; prints the trace that Pulumi then shows. */
const SCRIPT = `
const pulumi = require("@pulumi/pulumi");
const { Webhook, WebhookTest } = require("pulumi-up42");
Error.stackTraceLimit = Number(process.argv[1]);
pulumi.runtime.setMocks({
  newResource: () => { throw new Error("refused"); },
  call: ({ inputs }) => inputs,
});
const traces = new Set();
process.on("unhandledRejection", ({ message, stack }) => {
  if (/failed to register/.test(message)) traces.add(stack);
});
function inner() {
  new Webhook("orders", { url: "https://example.com", events: ["order.status"] });
  new WebhookTest("delivery", { webhookId: "0f0c1a6e-4b41-4c7e-8b3a-6a4a0b6c2a11" });
}
const middle = () => inner();
const outer = () => middle();
outer();
const limit = Error.stackTraceLimit;
process.on("exit", () => console.log(JSON.stringify({ traces: [...traces], limit })));
setTimeout(() => process.exit(0), 200);
`;

interface Output {
  readonly traces: readonly string[];
  readonly limit: number;
}

describe("the trace of a resource that cannot be registered", () => {
  test("leads to the lines of the program that declared it, and the limit is what it was", () => {
    const { traces, limit } = run({ limit: 10 });
    expect(traces).toHaveLength(2);
    for (const trace of traces) {
      expect(trace).toMatch(/at new Webhook(?:Test)? .*\n +at inner .*\n +at middle [^\n]*$/);
    }
    expect(limit).toBe(10);
  });

  test.each([
    ["who wants longer traces", { limit: 11 }],
    ["who debugs promises", { limit: 10, env: { PULUMI_DEBUG_PROMISE_LEAKS: "1" } }],
  ])("is as long as before for someone %s", (_who, options) => {
    const { traces, limit } = run(options);
    expect(traces).toHaveLength(2);
    for (const trace of traces) {
      expect(trace).toMatch(/at inner .*\n +at middle .*\n +at outer /);
    }
    expect(limit).toBe(options.limit);
  });
});

function run({ limit, env = {} }: { limit: number; env?: Readonly<Record<string, string>> }): Output {
  const { PULUMI_DEBUG_PROMISE_LEAKS: _, ...rest } = process.env;
  const output = execFileSync(process.execPath, ["--eval", SCRIPT, "--", String(limit)], {
    cwd: WORKSPACE,
    env: { ...rest, ...env },
    encoding: "utf8",
  });
  return JSON.parse(output.split("\n").find((line) => line.startsWith("{")) ?? "");
}
