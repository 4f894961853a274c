import { DEMO_ACCOUNT } from "up42-emulator";
import { script, startDeployment, type TestDeployment, takeCalls } from "../support/deployment";
import { compileNodeSdk, type GeneratedSdk } from "../support/generated-sdk";
import { JAVASCRIPT, PLUGIN_FOLDER } from "../support/pulumi";
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
      "Pulumi.yaml": JSON.stringify({ name: "test", runtime: JAVASCRIPT }),
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

/** What a program changes between its commands. */
interface Variant {
  readonly events?: readonly string[];
  /** The options of the resources, by which of them they are. */
  readonly options?: string;
}

/** A component with a webhook and its test, and another test that is a child of the webhook. */
const component = (url: string, { events = ["order.status"], options = "{}" }: Variant = {}): string => `
  class Notifications extends pulumi.ComponentResource {
    constructor(name, url) {
      super("shop:index:Notifications", name);
      const { webhook = {}, test = {} } = ${options};
      const settings = { events: ${JSON.stringify(events)}, secret: pulumi.secret("s3cret"), active: true };
      const orders = new up42.Webhook(name, { url, ...settings }, { parent: this, ...webhook });
      new up42.WebhookTest(name, { webhook: orders }, { parent: this, ...test });
      new up42.WebhookTest(name + "-again", { webhook: orders }, { parent: orders, ...test });
    }
  }
  new Notifications("shop", "${url}");
`;

describe("a component moves with its webhook and its tests, and back", () => {
  let deployment: TestDeployment;
  let sdk: GeneratedSdk;

  beforeAll(async () => {
    sdk = await compileNodeSdk();
    deployment = await startDeployment({ program: component });
    // A program that does not need the plugin may name it, too.
    const plugins = { providers: [{ name: "up42", path: PLUGIN_FOLDER }] };
    await deployment.project.writeFiles({
      "Pulumi.yaml": JSON.stringify({ name: "test", runtime: JAVASCRIPT, plugins }),
    });
    await deployment.project.up();
    takeCalls(deployment.emulator);
  });

  afterAll(() => Promise.all([deployment?.close(), sdk?.dispose()]));

  const writePluginProgram = async (variant?: Variant): Promise<void> => {
    const program = script(component(deployment.receiver.url, variant));
    await deployment.project.writeProgram(
      program.replace('require("pulumi-up42")', `require(${JSON.stringify(sdk.folder)})`),
    );
  };

  const typesOfChildren = async (): Promise<string[]> => {
    const { resources = [] } = (await deployment.project.exportStack()).stack.deployment;
    const types = resources.map(({ urn }) => urn.split("::")[2] ?? "");
    return types.filter((type) => type.startsWith("shop:")).sort();
  };

  test("to the plugin: everything is unchanged, and nothing is sent to UP42", async () => {
    const { emulator, project } = deployment;
    await writePluginProgram();
    expect((await project.preview({ args: ["--diff"] })).changes).toEqual({ same: 5 });
    expect((await project.up()).changes).toEqual({ same: 5 });
    expect(takeCalls(emulator)).toEqual([]);
    expect(await typesOfChildren()).toEqual([
      "shop:index:Notifications",
      "shop:index:Notifications$up42:index:Webhook",
      "shop:index:Notifications$up42:index:Webhook$up42:index:WebhookTest",
      "shop:index:Notifications$up42:index:WebhookTest",
    ]);
  });

  test("then a refresh and a change are those of the same resources", async () => {
    const { emulator, project } = deployment;
    const ids = emulator.webhooks().map(({ id }) => id);
    await project.refresh({ args: ["--expect-no-changes"] });
    await writePluginProgram({ events: ["job.status"] });
    expect((await project.up()).changes).toEqual({ same: 2, update: 3 });
    expect(emulator.webhooks().map(({ id, events }) => ({ id, events }))).toEqual(
      ids.map((id) => ({ id, events: ["job.status"] })),
    );
  });

  test("back, with aliases in the program, and to the plugin once more, which then deletes everything", async () => {
    const { emulator, project, receiver } = deployment;
    const ids = emulator.webhooks().map(({ id }) => id);
    const options = `{
      webhook: { aliases: [{ type: "up42:index:Webhook" }] },
      test: { aliases: [{ type: "up42:index:WebhookTest" }] },
    }`;
    await project.writeProgram(script(component(receiver.url, { events: ["job.status"], options })));
    takeCalls(emulator);
    expect((await project.up()).changes).toEqual({ same: 2, update: 3 });
    expect(emulator.webhooks().map(({ id }) => id)).toEqual(ids);
    expect(takeCalls(emulator).filter((call) => /^(POST|DELETE) .*\/webhooks(\/[^/]+)?$/.test(call))).toEqual(
      [],
    );
    await project.writeProgram(script(component(receiver.url, { events: ["job.status"] })));
    await project.up({ args: ["--expect-no-changes"] });
    await writePluginProgram({ events: ["job.status"] });
    expect((await project.up()).changes).toEqual({ same: 5 });
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });
});
