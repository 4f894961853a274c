import { setTimeout } from "node:timers/promises";
import { DEMO_ACCOUNT } from "up42-emulator";
import { script, startDeployment, type TestDeployment } from "../support/deployment";
import type { PulumiProject } from "../support/pulumi";
import { demoEnvironment, loginAs, onlyWebhook, webhookWithId } from "../support/up42-account";

/** An account whose workspace is another one. */
const OTHER = {
  ...DEMO_ACCOUNT,
  username: "other@up42.example",
  workspaceId: "0b1c2d3e-0000-4000-8000-000000000002",
};

/** Nobody listens there: a test of the webhook fails at once. */
const DEAD = "http://127.0.0.1:9";
const ORDERS = { name: "orders", url: `${DEAD}/orders`, events: ["order.status"], active: true };

const literal = (args: object): string => JSON.stringify(args);
const webhook = (resource: string, args: object = {}, opts = ""): string =>
  `const ${resource} = new up42.Webhook("${resource}", ${literal({ ...ORDERS, ...args })}, { ${opts} });
   exports.${resource} = ${resource}.id;`;
const adopting = (resource: string, args: object = {}, opts = ""): string =>
  webhook(resource, { ifExists: "adopt", ...args }, opts);
const failingTest = (resource: string): string =>
  `new up42.WebhookTest("fails", { webhook: ${resource}, timeoutSeconds: 1 });`;

/** Which state entries hold which webhook, pending deletes included. */
async function entriesOf(project: PulumiProject): Promise<string[]> {
  const { stack } = await project.exportStack();
  return stack.deployment.resources
    .filter(({ type }) => type.endsWith("up42:Webhook"))
    .map(({ urn, id }) => `${urn.slice(urn.lastIndexOf("::") + 2)} ${id}`);
}

describe("who owns a webhook", () => {
  let deployment: TestDeployment;

  const start = async (statements: string): Promise<TestDeployment> => {
    deployment = await startDeployment({
      program: () => statements,
      emulator: { accounts: [DEMO_ACCOUNT, OTHER] },
      env: (url) => ({
        ...demoEnvironment(url),
        UP42_SAME_API_URL: url,
        UP42_SAME_USERNAME: DEMO_ACCOUNT.username,
        UP42_SAME_PASSWORD: DEMO_ACCOUNT.password,
        UP42_SAME_WORKSPACE_ID: DEMO_ACCOUNT.workspaceId,
        UP42_OTHER_API_URL: url,
        UP42_OTHER_USERNAME: OTHER.username,
        UP42_OTHER_PASSWORD: OTHER.password,
      }),
    });
    return deployment;
  };
  const write = (statements: string): Promise<void> => deployment.project.writeProgram(script(statements));

  afterEach(() => deployment?.close());

  test("a rename that adopts, and an `up` that fails before the old entry is deleted: the webhook stays", async () => {
    const { project, emulator } = await start(adopting("old"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    await write(adopting("renamed") + failingTest("renamed"));
    await project.up({ expectFailure: true });
    await write(adopting("renamed"));
    const second = await project.up();
    expect(onlyWebhook(emulator).id).toBe(id);
    expect(await entriesOf(project)).toEqual([`renamed ${id}`]);
    expect(second.stdout).toContain("stays at UP42: another resource of this stack has it");
  });

  test("the same with a refresh in between: one entry keeps the webhook, and destroying deletes it", async () => {
    const { project, emulator } = await start(adopting("old"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    await write(adopting("renamed", { events: ["job.status"] }) + failingTest("renamed"));
    await project.up({ expectFailure: true });
    await project.refresh();
    expect(await entriesOf(project)).toEqual([`renamed ${id}`]);
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });

  test("a refresh keeps the entry of a webhook that a colleague writes again and again, with a preview before it", async () => {
    const { project, emulator } = await start(adopting("hook"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    const colleague = await loginAs(emulator);
    await colleague.change(id, { active: false });
    const writing = setInterval(() => void colleague.change(id, {}), 200);
    await project.refresh({ preview: true }).finally(() => clearInterval(writing));
    expect(await entriesOf(project)).toEqual([`hook ${id}`]);
  });

  test("the same taken back: the webhook is again what the program says", async () => {
    const { project, emulator } = await start(adopting("old"));
    await project.up();
    const { id, updatedAt: _, ...before } = onlyWebhook(emulator);
    await write(adopting("renamed", { events: ["job.status"] }) + failingTest("renamed"));
    await project.up({ expectFailure: true });
    await write(adopting("old"));
    const { stdout } = await project.up();
    expect(stdout).toContain("changed back to what that resource says");
    expect(onlyWebhook(emulator)).toMatchObject({ ...before, id });
    expect(await entriesOf(project)).toEqual([`old ${id}`]);
  });

  test.each([
    ["whichever entry comes first", []],
    ["also after a refresh in the same command", ["--refresh"]],
  ])("destroying everything after that deletes the webhook, %s", async (_, args) => {
    const { project, emulator } = await start(adopting("old"));
    await project.up();
    await write(adopting("renamed") + failingTest("renamed"));
    await project.up({ expectFailure: true });
    await project.destroy({ args });
    expect(emulator.webhooks()).toEqual([]);
    expect(await entriesOf(project)).toEqual([]);
  });

  test("a targeted destroy of the entry that lost its webhook keeps the webhook and says why", async () => {
    const { project, emulator } = await start(adopting("old"));
    await project.up();
    await write(adopting("renamed") + failingTest("renamed"));
    await project.up({ expectFailure: true });
    const old = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/up42:Webhook::old";
    const refused = await project.destroy({ args: ["--target", old], expectFailure: true });
    expect(refused.stdout).toMatch(
      /Failed to delete webhook "orders" .*It was kept\. If another .* Else run\s+`pulumi refresh`/s,
    );
    expect(emulator.webhooks()).toHaveLength(1);
  });

  test("a forced replacement that adopts: the webhook stays, also when the old entry's delete comes later", async () => {
    const { project, emulator } = await start(adopting("hook"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    await write(adopting("hook") + failingTest("hook"));
    const urn = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/up42:Webhook::hook";
    await project.up({ args: ["--target-replace", urn, "--target-dependents"], expectFailure: true });
    await write(adopting("hook"));
    await project.up();
    expect(onlyWebhook(emulator).id).toBe(id);
    expect(await entriesOf(project)).toEqual([`hook ${id}`]);
  });

  test("Ctrl-C after the adoption, before the old entry is deleted: the webhook stays", async () => {
    const { project, emulator } = await start(adopting("old"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    emulator.clearRequests();
    await write(
      `${adopting("renamed")} new up42.WebhookTest("fails", { webhook: renamed, timeoutSeconds: 5 });`,
    );
    const up = project.start(["up", "--yes", "--skip-preview"]);
    while (!emulator.requests.some(({ path }) => path.endsWith("/tests"))) {
      await setTimeout(20);
    }
    up.kill("SIGINT");
    expect((await up.result).exitCode).not.toBe(0);
    await write(adopting("renamed"));
    await project.up();
    expect(onlyWebhook(emulator).id).toBe(id);
    expect(await entriesOf(project)).toEqual([`renamed ${id}`]);
  });

  test("a replacement to another workspace, cut off between create and delete, and taken back", async () => {
    const other = { profile: "other", workspaceId: OTHER.workspaceId };
    const { project, emulator } = await start(adopting("hook"));
    await project.up();
    await write(adopting("hook", other) + failingTest("hook"));
    await project.up({ expectFailure: true });
    expect(await entriesOf(project)).toHaveLength(2);
    await write(adopting("hook"));
    await project.up();
    expect(await entriesOf(project)).toEqual([`hook ${onlyWebhook(emulator).id}`]);
    await project.refresh({ args: ["--expect-no-changes"] });
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });

  test("a move into a component and to another profile of the same account in one `up`: the webhook stays", async () => {
    const { project, emulator } = await start(adopting("hook"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    await write(
      `const group = new pulumi.ComponentResource("test:index:Group", "group");
       ${adopting("hook", { profile: "same" }, "parent: group")}`,
    );
    await project.up();
    expect(onlyWebhook(emulator).id).toBe(id);
    expect(await entriesOf(project)).toEqual([`hook ${id}`]);
  });

  test("two resources with the same name and URL are refused at preview, naming both", async () => {
    const { project, emulator } = await start(webhook("a") + webhook("b"));
    const { stdout } = await project.preview({ expectFailure: true });
    expect(stdout).toMatch(/resources "[ab]" and "[ab]" declare webhooks with the same name/);
    await project.up({ expectFailure: true });
    await write(webhook("a") + webhook("b", { url: `${DEAD}/other` }));
    await project.up();
    await write(webhook("a") + webhook("b"));
    await project.preview({ expectFailure: true });
    expect(emulator.webhooks()).toHaveLength(2);
    await write(webhook("a") + webhook("b", { ifExists: "create" }));
    await project.up();
    expect(emulator.webhooks().map(({ url }) => url)).toEqual([ORDERS.url, ORDERS.url]);
  });

  test("a duplicate that adopts never shares the webhook of another resource, not even with --target", async () => {
    const { project, emulator } = await start(webhook("owner"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    await write(adopting("duplicate") + webhook("owner"));
    const urn = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/up42:Webhook::duplicate";
    await project.up({ args: ["--target", urn], expectFailure: true });
    await project.up({ expectFailure: true });
    expect(await entriesOf(project)).toEqual([`owner ${id}`]);
    // Where the URL is an output, only the host can see that two are the same.
    await write(
      `const args = { ...${literal(ORDERS)}, url: pulumi.output(${JSON.stringify(ORDERS.url)}).apply(async (url) => url) };
       new up42.Webhook("duplicate", { ...args, ifExists: "adopt" });
       for (let index = 0; index < 60; index += 1) {
         new up42.Webhook("n" + index, { ...args, url: ${JSON.stringify(DEAD)} + "/n" + index });
       }
       new up42.Webhook("owner", args);`,
    );
    await project.up({ expectFailure: true, preview: true });
    await project.up({ expectFailure: true });
    expect((await entriesOf(project)).filter((entry) => entry.endsWith(` ${id}`))).toEqual([`owner ${id}`]);
    await write(webhook("owner"));
    await project.up();
    expect(onlyWebhook(emulator).id).toBe(id);
  });

  test("a protected resource that was moved: following the message does not lose the webhook", async () => {
    const { project, emulator } = await start(webhook("old", {}, "protect: true"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    await write(webhook("moved"));
    const refused = await project.up({ expectFailure: true });
    expect(refused.stdout.indexOf("`aliases`")).toBeGreaterThan(-1);
    expect(refused.stdout.indexOf("`aliases`")).toBeLessThan(refused.stdout.indexOf('"adopt"'));
    await write(adopting("moved"));
    await project.up({ expectFailure: true });
    await project.run([
      "state",
      "unprotect",
      "urn:pulumi:dev::test::pulumi-nodejs:dynamic/up42:Webhook::old",
      "--yes",
    ]);
    await project.up();
    expect(onlyWebhook(emulator).id).toBe(id);
    expect(await entriesOf(project)).toEqual([`moved ${id}`]);
  });

  test("an adoption takes nothing away because an argument was left out, and its preview lists every change", async () => {
    const { project, emulator } = await start("");
    const colleague = await loginAs(emulator);
    const id = await colleague.create({ name: "orders", url: ORDERS.url, events: ["order.status"] });
    await colleague.change(id, { active: true, secret: "canary-of-a-colleague" });
    const { active: _, ...withoutActive } = ORDERS;
    await write(
      `new up42.Webhook("orders", ${literal({ ...withoutActive, events: ["job.status"], ifExists: "adopt" })});`,
    );
    const refused = await project.preview({ expectFailure: true });
    expect(refused.stdout).toMatch(/active: webhook .* is active, .*Set active: true/);
    expect(refused.stdout).toMatch(/secret: webhook .* has a secret, .*removeSecret: true/);
    await project.up({ expectFailure: true });
    expect(webhookWithId(emulator, id)).toMatchObject({ active: true, secret: "canary-of-a-colleague" });
    await write(
      `new up42.Webhook("orders", ${literal({ ...ORDERS, active: false, events: ["job.status"], ifExists: "adopt", removeSecret: true })});`,
    );
    const preview = await project.preview();
    expect(preview.stdout).toMatch(
      /adopting it changes events: \["order.status"\] → \["job.status"\]; secret: removed; active: true → false/,
    );
    await project.up();
    expect(onlyWebhook(emulator)).toMatchObject({ id, active: false, secret: "", events: ["job.status"] });
    for (const text of [refused.stdout, preview.stdout, ...Object.values(await project.files())]) {
      expect(text).not.toContain("canary-of-a-colleague");
    }
  });

  test("a webhook that a colleague has written since is kept, until a refresh has shown it", async () => {
    const { project, emulator } = await start(webhook("hook"));
    await project.up();
    const { id } = onlyWebhook(emulator);
    const colleague = await loginAs(emulator);
    await colleague.change(id, { events: ["job.status"] });
    const refused = await project.destroy({ expectFailure: true });
    expect(refused.stdout).toMatch(/It was kept\. If another .* Else run\s+`pulumi refresh`/);
    expect(onlyWebhook(emulator).id).toBe(id);
    await project.refresh();
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });
});
