import { setTimeout as delay } from "node:timers/promises";
import { descendants, isRunning } from "../../tools/process.mjs";
import { createProject, type PulumiProject } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const config = new pulumi.Config();
class Thing extends pulumi.dynamic.Resource {
  constructor(name, inputs) {
    super({ create: async (given) => ({ id: "thing-1", outs: given }) }, name, inputs);
  }
}
const thing = new Thing("thing", { greeting: config.require("greeting"), token: config.requireSecret("token") });
exports.greeting = thing.greeting;
exports.token = thing.token;
`;

const REFUSING = `
const pulumi = require("@pulumi/pulumi");
const refuse = async () => ({ inputs: {}, failures: [{ property: "kind", reason: "no such thing can be made" }] });
new (class extends pulumi.dynamic.Resource {})({ check: refuse }, "refused", {});
`;

describe("the helper for end-to-end tests", () => {
  const token = canary("token");
  let project: PulumiProject;

  beforeAll(async () => {
    const config = { "test:greeting": "hello = world", "test:token": { secret: token } };
    project = await createProject({ program: PROGRAM, config });
  });

  afterAll(() => project?.dispose());

  test("deploys, shows, changes and destroys a stack with the real CLI", async () => {
    const preview = await project.preview();
    expect(preview.steps).toEqual([expect.objectContaining({ op: "create", name: "thing" })]);

    const up = await project.up();
    expect(up.changes).toEqual({ create: 2 });
    expect(up.stdout).toContain("[secret]");
    expect(await project.outputs()).toEqual({ greeting: "hello = world", token: "[secret]" });
    expect(await project.outputs({ showSecrets: true })).toEqual({ greeting: "hello = world", token });

    const { stack } = await project.exportStack();
    expect(stack.deployment.resources).toContainEqual(expect.objectContaining({ id: "thing-1" }));
    const files = await project.files();
    expect(Object.keys(files)).toContain("state/.pulumi/stacks/test/dev.json");
    expectNoCanaries([token], { ...files, stdout: up.stdout });

    const destroyed = await project.destroy();
    expect(destroyed.changes).toEqual({ delete: 2 });
  });

  test("shows a command's output when it fails unexpectedly, or succeeds unexpectedly", async () => {
    await project.writeProgram(REFUSING);
    await expect(project.preview()).rejects.toThrow("no such thing can be made");
    const { diagnostics } = await project.preview({ expectFailure: true });
    expect(diagnostics).toContainEqual(
      expect.objectContaining({
        severity: "error",
        message: expect.stringContaining("no such thing can be made"),
      }),
    );
    await expect(project.run(["stack", "ls"], { expectFailure: true })).rejects.toThrow("should have failed");
  });

  test("stops what still runs when it is disposed of", async () => {
    const other = await createProject({
      program: "setInterval(() => undefined, 1000); console.log('I am running');",
    });
    const running = other.start(["preview"]);
    await running.waitForOutput(/I am running/);
    const started = descendants(running.pid);
    expect(started.map(({ command }) => command).join()).toContain("@pulumi/pulumi/cmd/run");
    await other.dispose();
    expect((await running.result).exitCode).toBeNull();
    while (started.some(({ pid }) => isRunning(pid))) {
      await delay(20);
    }
  });
});
