import { type TestDeployment, takeCalls } from "../support/deployment";
import { demoEnvironment } from "../support/up42-account";
import { reference, startYamlDeployment, yamlProject } from "../support/yaml";

describe("bad input is refused at preview by the plugin, with the texts that the dynamic provider has", () => {
  let deployment: TestDeployment;

  beforeAll(async () => {
    deployment = await startYamlDeployment({ program: () => ({ resources: {} }) });
  });

  afterAll(() => deployment?.close());

  afterEach(() => {
    expect(deployment.emulator.webhooks()).toEqual([]);
  });

  /** The errors of a preview, without what the engine says before them. */
  const errorsOf = async (resources: object, env: Record<string, string> = {}): Promise<string[]> => {
    const { emulator, project } = deployment;
    await project.writeFiles(yamlProject({ resources: { ...resources } }));
    emulator.clearRequests();
    const preview = await project.preview({ env, expectFailure: true });
    return preview.diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => message.trim().replace(/^.* resource '\w+' has a problem: /, ""));
  };

  const webhook = (properties: object) => ({ orders: { type: "up42:Webhook", properties } });
  const RIGHT = { url: "https://example.com/up42", events: ["order.status"] };

  test("values that are not right, by the name of their property", async () => {
    expect(
      await errorsOf(webhook({ url: "", events: [], name: "", secret: "", workspaceId: "a/b" })),
    ).toEqual([
      "url: must not be empty: give the https:// address that UP42 sends notifications to",
      'events: must name at least one event, like ["order.status"]',
      "name: must not be empty",
      "secret: must not be empty: leave it out for a webhook without a secret",
      expect.stringMatching(/^workspaceId: is not an id of UP42's/),
    ]);
    expect(takeCalls(deployment.emulator)).toEqual([]);
  });

  test("an event that UP42 does not have", async () => {
    expect(await errorsOf(webhook({ ...RIGHT, events: ["order.stauts"] }))).toEqual([
      'events: UP42 has no event "order.stauts"; it has job.status, order.status. Did you mean "order.status"?',
    ]);
  });

  test("two resources with the same name and URL", async () => {
    const properties = { ...RIGHT, name: "same" };
    const errors = await errorsOf({
      first: { type: "up42:Webhook", properties },
      second: { type: "up42:Webhook", properties },
    });
    expect(errors).toEqual([
      expect.stringMatching(
        /^name: the resources "(first|second)" and "(first|second)" declare webhooks with/,
      ),
    ]);
  });

  test.each([
    { what: "of none", properties: {}, error: "neither webhook nor webhookId is given" },
    {
      what: "of two",
      properties: { webhook: reference("orders"), webhookId: "1df1ebb0" },
      error: "both webhook and webhookId are given",
    },
  ])("a test $what", async ({ properties, error }) => {
    const resources = { ...webhook(RIGHT), arrives: { type: "up42:WebhookTest", properties } };
    expect(await errorsOf(resources)).toEqual([expect.stringContaining(`webhook: ${error}: give `)]);
  });

  test("no credentials, and settings that are not right", async () => {
    const none = { ...demoEnvironment(deployment.emulator.url), UP42_USERNAME: "", UP42_PASSWORD: "" };
    expect(await errorsOf(webhook(RIGHT), none)).toEqual([
      expect.stringMatching(
        /No UP42 credentials were found\. Set one of: up42:username \+ up42:password \| /,
      ),
    ]);
    const provider = { team: { type: "pulumi:providers:up42", properties: { region: "mars" } } };
    expect(await errorsOf(provider)).toEqual([
      expect.stringMatching(/up42:region is "mars", which is not a region of UP42: use eu or sa\./),
    ]);
  });

  test("credentials that UP42 refuses, which are named", async () => {
    const wrong = { ...demoEnvironment(deployment.emulator.url), UP42_PASSWORD: "wrong" };
    expect(await errorsOf(webhook(RIGHT), wrong)).toEqual([
      expect.stringMatching(/^Failed to check webhook "orders": UP42 refused the username and password/),
    ]);
  });
});
