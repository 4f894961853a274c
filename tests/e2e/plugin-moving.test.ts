import { DEMO_ACCOUNT } from "up42-emulator";
import { script, startDeployment, type TestDeployment, takeCalls } from "../support/deployment";
import { reference, type YamlProgram, yamlProject } from "../support/yaml";

const OTHER = {
  username: "other@up42.example",
  password: "other-password",
  projectId: "0d5b0a6e-0000-4000-8000-000000000001",
  projectApiKey: "other-key",
  workspaceId: "b2c3d4e5-0042-4042-8042-000000000042",
};

/** A webhook with its test, and one of another account's; `options` are those of the resources. */
const dynamic = (url: string, options = "{}"): string => `
  const options = ${options};
  const settings = { events: ["order.status"], secret: "s3cret", active: true };
  const orders = new up42.Webhook("orders", { url: "${url}/orders", ...settings }, options.webhook);
  new up42.WebhookTest("arrives", { webhook: orders }, options.test);
  new up42.Webhook("theirs", { url: "${url}/theirs", ...settings, profile: "team-a" }, options.webhook);
`;

/** The same with the plugin. */
const plugin = (url: string, events: readonly string[] = ["order.status"]): YamlProgram => {
  const settings = { events, secret: { "fn::secret": "s3cret" }, active: true };
  const { projectId, projectApiKey, workspaceId } = OTHER;
  return {
    resources: {
      orders: { type: "up42:Webhook", properties: { url: `${url}/orders`, ...settings } },
      arrives: { type: "up42:WebhookTest", properties: { webhook: reference("orders") } },
      theirs: {
        type: "up42:Webhook",
        properties: { url: `${url}/theirs`, ...settings },
        options: { provider: reference("other") },
      },
      other: {
        type: "pulumi:providers:up42",
        properties: { projectId, projectApiKey: { "fn::secret": projectApiKey }, workspaceId },
      },
    },
  };
};

describe("a stack moves from the dynamic provider to the plugin, and back", () => {
  let deployment: TestDeployment;
  let before: unknown;

  beforeAll(async () => {
    deployment = await startDeployment({
      program: dynamic,
      // It is replaced by a program in YAML.
      ownProcess: true,
      emulator: { accounts: [DEMO_ACCOUNT, OTHER] },
      config: {
        "up42:username": DEMO_ACCOUNT.username,
        "up42:password": { secret: DEMO_ACCOUNT.password },
        "up42-team-a:username": OTHER.username,
        "up42-team-a:password": { secret: OTHER.password },
      },
      env: (url) => ({ UP42_API_URL: url, UP42_TEAM_A_API_URL: url }),
    });
    await deployment.project.up();
    before = deployment.emulator.webhooks();
    takeCalls(deployment.emulator);
  });

  afterAll(() => deployment?.close());

  const types = async (): Promise<string[]> => {
    const { resources = [] } = (await deployment.project.exportStack()).stack.deployment;
    return resources
      .map(({ type }) => type)
      .filter((type) => type.includes("up42:") && !type.startsWith("pulumi:"));
  };

  test("to the plugin: only the provider of the other account is new, and nothing is sent to UP42", async () => {
    const { emulator, project, receiver } = deployment;
    await project.writeFiles(yamlProject(plugin(receiver.url)));
    const preview = await project.preview({ args: ["--diff"] });
    expect(preview.changes).toEqual({ create: 1, same: 4 });
    const up = await project.up();
    expect(up.changes).toEqual({ create: 1, same: 4 });
    expect(await types()).toEqual(
      expect.arrayContaining(["up42:index:Webhook", "up42:index:WebhookTest", "up42:index:Webhook"]),
    );
    expect(takeCalls(emulator)).toEqual([]);
    expect(emulator.webhooks()).toEqual(before);
  });

  test("then all is as if it had always been there", async () => {
    const { emulator, project, receiver } = deployment;
    await project.refresh({ args: ["--expect-no-changes"] });
    await project.writeFiles(yamlProject(plugin(receiver.url, ["job.status"])));
    expect((await project.up()).changes).toEqual({ same: 2, update: 3 });
    expect(emulator.webhooks().map(({ events }) => events)).toEqual([["job.status"], ["job.status"]]);
    const { text } = await project.exportStack();
    expect(text).not.toMatch(/__provider|team-a/);
    await project.writeFiles(yamlProject(plugin(receiver.url)));
    await project.up();
  });

  test("back, with aliases in the program: each is updated once with what it is, so that the state has its stub again", async () => {
    const { emulator, project, receiver } = deployment;
    const options = `{
      webhook: { aliases: [{ type: "up42:index:Webhook" }] },
      test: { aliases: [{ type: "up42:index:WebhookTest" }] },
    }`;
    await project.writeFiles({
      "Pulumi.yaml": "name: test\nruntime: nodejs\n",
      "index.js": script(dynamic(receiver.url, options)),
    });
    emulator.clearRequests();
    const webhooks = emulator.webhooks().map(({ createdAt: _, updatedAt: __, ...webhook }) => webhook);
    const up = await project.up();
    expect(up.changes).toEqual({ delete: 1, same: 1, update: 3 });
    expect(takeCalls(emulator).filter((call) => call.startsWith("PUT "))).toHaveLength(2);
    expect(emulator.webhooks().map(({ createdAt: _, updatedAt: __, ...webhook }) => webhook)).toEqual(
      webhooks,
    );
    await project.up({ args: ["--expect-no-changes"] });
    await project.refresh({ args: ["--expect-no-changes"] });
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });
});
