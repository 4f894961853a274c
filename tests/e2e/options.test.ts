import { DEMO_ACCOUNT } from "up42-emulator";
import { script, startDeployment, type TestDeployment, takeCalls } from "../support/deployment";
import type { Deployment } from "../support/pulumi";
import { demoEnvironment } from "../support/up42-account";

const OTHER = {
  ...DEMO_ACCOUNT,
  username: "other@up42.example",
  workspaceId: "0b1c2d3e-0000-4000-8000-000000000002",
};

const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;
const URN = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/up42:Webhook::";

/** A program that has `hook(name, args, opts)`, which makes a webhook with sensible arguments and exports its id. */
const program = (statements: string): string => `
  const hook = (name, args = {}, opts = {}) => {
    const webhook = new up42.Webhook(name, { url: "https://example.com/" + name, events: ["order.status"], ...args }, opts);
    exports[name] = webhook.id;
    return webhook;
  };
  ${statements}
`;

/** The second account, as profile "other". */
const environment = (url: string): Record<string, string> => ({
  ...demoEnvironment(url),
  UP42_OTHER_API_URL: url,
  UP42_OTHER_USERNAME: OTHER.username,
  UP42_OTHER_PASSWORD: OTHER.password,
  UP42_OTHER_WORKSPACE_ID: OTHER.workspaceId,
});

const start = (statements: string): Promise<TestDeployment> =>
  startDeployment({
    program: () => program(statements),
    env: environment,
    emulator: { accounts: [DEMO_ACCOUNT, OTHER] },
  });

/** The steps of one resource, as `create`, `delete`, …, without those that leave it as it is. */
const stepsOf = (name: string, { steps }: Deployment): string[] =>
  steps.filter((step) => step.name === name && step.op !== "same").map(({ op }) => op);

describe("resource options work as for any other resource", () => {
  let deployment: TestDeployment;

  beforeAll(async () => {
    deployment = await start(`
      class Notifications extends pulumi.ComponentResource {
        constructor(name, opts) {
          super("test:index:Notifications", name, {}, opts);
          hook("child", {}, { parent: this });
        }
      }
      const transforms = [({ props, opts }) => ({ props: { ...props, active: true }, opts })];
      const notifications = new Notifications("all", { transforms });
      hook("late", {}, { dependsOn: [notifications] });
      hook("secretive", {}, { additionalSecretOutputs: ["url"] });
      hook("old-name", { name: "alerts" });
      hook("ignoring", {}, { ignoreChanges: ["url", "active"] });
      hook("retained", {}, { retainOnDelete: true });
      hook("protected", {}, { protect: true });
      hook("outlived", {}, { deletedWith: notifications });
    `);
  });

  afterAll(() => deployment?.close());

  const namesAtUp42 = (): string[] => deployment.emulator.webhooks().map(({ name }) => name);

  test("parent, dependsOn, transforms and additionalSecretOutputs", async () => {
    const { emulator, project } = deployment;
    await project.up();
    const names = namesAtUp42();
    expect(names.indexOf("child")).toBeLessThan(names.indexOf("late"));
    expect(emulator.webhooks().filter(({ active }) => active)).toMatchObject([{ name: "child" }]);
    const { stack, text } = await project.exportStack();
    expect(stack.deployment.resources).toContainEqual(
      expect.objectContaining({
        urn: "urn:pulumi:dev::test::test:index:Notifications$pulumi-nodejs:dynamic/up42:Webhook::child",
        parent: "urn:pulumi:dev::test::test:index:Notifications::all",
      }),
    );
    const secretive = stack.deployment.resources.find(({ urn }) => urn === `${URN}secretive`);
    expect(secretive).toMatchObject({
      additionalSecretOutputs: ["url", "secret"],
      outputs: { url: { ciphertext: expect.any(String) } },
    });
    expect(text).toContain("https://example.com/late");
  });

  test("aliases, ignoreChanges and retainOnDelete: a renamed, an ignored and a forgotten one ask UP42 nothing", async () => {
    const { emulator, project } = deployment;
    const before = emulator.webhooks();
    emulator.clearRequests();
    await project.writeProgram(
      script(
        program(`
          hook("new-name", { name: "alerts", url: "https://example.com/old-name" }, { aliases: [{ name: "old-name" }] });
          hook("ignoring", { url: "https://example.com/changed", active: true }, { ignoreChanges: ["url", "active"] });
          hook("protected", {}, { protect: true });
        `),
      ),
    );
    const up = await project.up();
    expect(stepsOf("new-name", up)).toEqual([]);
    expect(stepsOf("ignoring", up)).toEqual([]);
    expect(stepsOf("retained", up)).toEqual(["delete"]);
    expect(stepsOf("outlived", up)).toEqual(["delete"]);
    const deletes = before.filter(({ name }) => ["child", "late", "secretive"].includes(name));
    expect(
      takeCalls(emulator)
        .filter((call) => call.includes("/webhooks"))
        .sort(),
    ).toEqual([`GET ${WEBHOOKS}`, ...deletes.map(({ id }) => `DELETE ${WEBHOOKS}/${id}`)].sort());
    expect(namesAtUp42().sort()).toEqual(["alerts", "ignoring", "outlived", "protected", "retained"]);
  });

  test("import is Pulumi's own limitation: it fails, and our import command is the way", async () => {
    const { emulator, project } = deployment;
    const [webhook] = emulator.webhooks();
    await project.writeProgram(script(program(`hook("imported", {}, { import: "${webhook?.id}" })`)));
    const preview = await project.preview({ expectFailure: true });
    expect(preview.stdout).toMatch(
      /Failed to import webhook "imported": .*Run `npx pulumi-up42 import .*or adopt the webhook/,
    );
    expect(preview.stdout).not.toMatch(/^\s+at /m);
  });

  test("protect keeps a webhook from being destroyed, until it is taken away", async () => {
    const { emulator, project } = deployment;
    const destroy = await project.destroy({ expectFailure: true });
    expect(destroy.stdout + destroy.stderr).toContain("protect");
    expect(namesAtUp42()).toContain("protected");
    await project.run(["state", "unprotect", "--all", "--yes"]);
    await project.destroy();
    expect(namesAtUp42().sort()).toEqual(["outlived", "retained"]);
    expect((await project.exportStack()).stack.deployment.resources).toEqual([]);
    expect(emulator.webhooks()).toHaveLength(2);
  });
});

describe("replacement", () => {
  let deployment: TestDeployment;

  /** The webhooks, in the default workspace or in that of the other profile. */
  const webhooks = (where: object, ofProtected: object = {}) => `
      const where = ${JSON.stringify(where)};
      hook("plain", where);
      hook("delete-first", where, { deleteBeforeReplace: true });
      hook("retained", where, { retainOnDelete: true });
      hook("protected", ${JSON.stringify(ofProtected)}, { protect: true });
      hook("on-changes", { url: "https://example.com/" + (where.profile || "first") }, { replaceOnChanges: ["url"] });
      hook("adopting", { ifExists: "adopt" });
      hook("in-place", {}, { deleteBeforeReplace: true });
    `;

  beforeAll(async () => {
    deployment = await start(webhooks({}));
    await deployment.project.up();
  });

  afterAll(() => deployment?.close());

  /** Where the webhooks are, by workspace. */
  const namesIn = ({ workspaceId }: { workspaceId: string }): string[] =>
    deployment.emulator
      .webhooks(workspaceId)
      .map(({ name }) => name)
      .sort();

  const idsOf = (name: string): string[] =>
    deployment.emulator
      .webhooks()
      .filter((webhook) => webhook.name === name)
      .map(({ id }) => id);

  test("protect refuses it", async () => {
    const { emulator, project } = deployment;
    const before = emulator.webhooks();
    await project.writeProgram(script(program(webhooks({}, { profile: "other" }))));
    const preview = await project.preview({ expectFailure: true });
    expect(preview.stdout + preview.stderr).toMatch(/unable to replace resource ".*::protected"/);
    expect(emulator.webhooks()).toEqual(before);
  });

  test("creates the new one and then deletes the old, or the other way round, or keeps the old", async () => {
    const { emulator, project } = deployment;
    const [plain] = idsOf("plain");
    const [deleteFirst] = idsOf("delete-first");
    const [onChanges] = idsOf("on-changes");
    await project.writeProgram(script(program(webhooks({ profile: "other" }))));
    emulator.clearRequests();
    const up = await project.up();
    expect(stepsOf("plain", up)).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(stepsOf("delete-first", up)).toEqual(["delete-replaced", "replace", "create-replacement"]);
    expect(stepsOf("retained", up)).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(stepsOf("on-changes", up)).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(namesIn(OTHER)).toEqual(["delete-first", "plain", "retained"]);
    expect(namesIn(DEMO_ACCOUNT)).toEqual(["adopting", "in-place", "on-changes", "protected", "retained"]);
    expect(
      takeCalls(emulator)
        .filter((call) => call.startsWith("DELETE"))
        .sort(),
    ).toEqual([plain, deleteFirst, onChanges].map((id) => `DELETE ${WEBHOOKS}/${id}`).sort());
    await project.up({ args: ["--expect-no-changes"] });
  });

  test("by force needs deleteBeforeReplace, or the webhook would exist twice", async () => {
    const { emulator, project } = deployment;
    const before = emulator.webhooks();
    const up = await project.up({ args: ["--target-replace", `${URN}plain`], expectFailure: true });
    expect(up.stdout).toMatch(
      /Failed to create webhook "plain": .* has a webhook with this name and URL already: .* nothing was created\./,
    );
    expect(up.stdout).toMatch(/is being replaced \(--target-replace, taint\), use `deleteBeforeReplace`\./);
    expect(emulator.webhooks()).toEqual(before);
  });

  test("by force with deleteBeforeReplace makes it again; with ifExists adopt, the webhook stays", async () => {
    const { emulator, project } = deployment;
    const [inPlace] = idsOf("in-place");
    const [adopting] = idsOf("adopting");
    await project.run(["state", "taint", `${URN}in-place`, `${URN}adopting`, "--yes"]);
    const up = await project.up();
    expect(stepsOf("in-place", up)).toEqual(["delete-replaced", "replace", "create-replacement"]);
    expect(idsOf("in-place")).toEqual([expect.not.stringContaining(inPlace ?? "")]);
    expect(stepsOf("adopting", up)).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(idsOf("adopting")).toEqual([adopting]);
    expect(up.stdout).toContain(
      `Webhook ${adopting} ("adopting") stays at UP42: another resource of this stack has it.`,
    );
    await project.preview({ args: ["--refresh", "--expect-no-changes"] });
    expect(emulator.webhooks()).toHaveLength(8);
  });

  test("by another resource, with ifExists adopt: the webhook stays when the old resource goes", async () => {
    const { emulator, project } = deployment;
    const [adopting] = idsOf("adopting");
    const renamed = webhooks({ profile: "other" }).replace(
      'hook("adopting", { ',
      'hook("renamed", { name: "adopting", url: "https://example.com/adopting", ',
    );
    await project.writeProgram(script(program(renamed)));
    const up = await project.up();
    expect(stepsOf("renamed", up)).toEqual(["create"]);
    expect(stepsOf("adopting", up)).toEqual(["delete"]);
    expect(await project.outputs()).toMatchObject({ renamed: adopting });
    expect(idsOf("adopting")).toEqual([adopting]);
    expect(emulator.webhooks()).toHaveLength(8);
  });
});
