import { DEMO_ACCOUNT } from "up42-emulator";
import { startProxy } from "../support/broken-proxy";
import { script, startDeployment, type TestDeployment, takeCalls, takeRequests } from "../support/deployment";
import { startReceiver } from "../support/receiver";
import { demoEnvironment } from "../support/up42-account";

const RIGHT = 'new Webhook("orders", { url: "https://example.com/up42", events: ["order.status"] })';

describe("bad input is refused at preview, by name and with what would be right", () => {
  let deployment: TestDeployment;

  beforeAll(async () => {
    deployment = await startDeployment({ program: () => "" });
  });

  afterAll(() => deployment?.close());

  afterEach(() => {
    expect(deployment.emulator.webhooks()).toEqual([]);
  });

  const write = (statement: string): Promise<void> =>
    deployment.project.writeProgram(script(`const { WebhookTest, Webhook } = up42; ${statement};`));

  /** The errors of a preview, without what the engine says before them. */
  const errorsOf = async (statement: string, env: Record<string, string> = {}): Promise<string[]> => {
    deployment.emulator.clearRequests();
    await write(statement);
    const preview = await deployment.project.preview({ env, expectFailure: true });
    return preview.diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => message.trim().replace(/^.* resource '\w+' has a problem: /, ""));
  };

  const errorsOfWebhook = (args: string): Promise<string[]> => errorsOf(`new Webhook("orders", ${args})`);

  test("nothing given", async () => {
    expect(await errorsOfWebhook("{}")).toEqual([
      "url: is required: the https:// address that UP42 sends notifications to",
      'events: is required: the list of events to be notified of, like ["order.status"]',
    ]);
    expect(takeCalls(deployment.emulator)).toEqual([]);
  });

  test("empty values, wrong types and a property that does not exist", async () => {
    const args =
      '{ url: "", events: [], name: "", secret: "", active: "yes", ifExists: "maybe", workspaceId: "", event: [] }';
    expect(await errorsOfWebhook(args)).toEqual([
      "url: must not be empty: give the https:// address that UP42 sends notifications to",
      'events: must name at least one event, like ["order.status"]',
      "name: must not be empty",
      "secret: must not be empty: leave it out for a webhook without a secret",
      "active: must be true or false",
      "workspaceId: must not be empty",
      'ifExists: must be "error", "adopt" or "create"',
      expect.stringMatching(/^event: is not a property of this resource; it has url, events, name, secret/),
    ]);
  });

  test("credentials in the URL, which are not shown, and an empty event", async () => {
    const found = await errorsOfWebhook('{ url: "https://me:geheim@example.com/up42", events: [""] }');
    expect(found).toEqual([
      expect.stringMatching(/^url: must not carry credentials \(user:password@\)/),
      "events: must not hold an empty name",
    ]);
    expect(found.join()).not.toContain("geheim");
  });

  test("an event that UP42 does not have", async () => {
    expect(await errorsOfWebhook('{ url: "https://example.com/up42", events: ["order.stauts"] }')).toEqual([
      'events: UP42 has no event "order.stauts"; it has job.status, order.status. Did you mean "order.status"?',
    ]);
  });

  test("of a test: an event twice, and no time", async () => {
    const args = '{ webhookId: "1df1ebb0", timeoutSeconds: 0, eventNames: ["job.status", "job.status"] }';
    expect(await errorsOf(`new WebhookTest("orders", ${args})`)).toEqual([
      "eventNames: must not name an event twice",
      "timeoutSeconds: must be more than 0 seconds",
    ]);
  });

  test("events that cannot be checked, since UP42 does not list them, are a warning", async () => {
    const { emulator, project } = deployment;
    const proxy = await startProxy(emulator.url);
    proxy.intercept(({ path }) =>
      path === "/webhooks/events"
        ? { answer: { status: 503, body: '{"error":{"message":"closed"}}' } }
        : undefined,
    );
    try {
      await write(RIGHT.replace("order.status", "order.tomorrow"));
      const env = { UP42_API_URL: proxy.url, UP42_MAX_RETRIES: "0" };
      const preview = await project.preview({ env });
      expect(preview.changes).toEqual({ create: 2 });
      expect(preview.stdout).toMatch(/warning: The names of events are not checked\. .*closed/);
    } finally {
      await proxy.close();
    }
  });

  const NO_CREDENTIALS = { UP42_USERNAME: "", UP42_PASSWORD: "" };

  test.each([
    {
      what: "no credentials",
      env: NO_CREDENTIALS,
      error: /^No UP42 credentials were found\. Set one of: up42:username \+ up42:password \| up42:projectId/,
    },
    {
      what: "contradictory credentials",
      env: { UP42_ACCESS_TOKEN: "geheim" },
      error:
        /^The UP42 credentials contradict each other: found UP42_USERNAME, UP42_PASSWORD, UP42_ACCESS_TOKEN, which are 2 ways to log in\. Keep one\./,
    },
  ])("of the configuration: $what", async ({ env, error }) => {
    expect(await errorsOf(RIGHT, env)).toEqual([expect.stringMatching(error)]);
    expect(takeCalls(deployment.emulator)).toEqual([]);
  });

  test("wrong credentials: one attempt for the whole run, so that no account gets locked", async () => {
    const many = `for (let i = 0; i < 10; i++) ${RIGHT.replace('"orders"', '"orders" + i')}`;
    const errors = await errorsOf(many, { UP42_PASSWORD: "geheim" });
    expect(new Set(errors).size).toBe(1);
    expect(errors[0]).toMatch(
      /^Failed to check webhook "orders\d+": UP42 refused the username and password at \S+ \(HTTP 401: Invalid user credentials\)\. Check that up42:username/,
    );
    expect(takeRequests(deployment.emulator).filter(({ path }) => path.endsWith("/token"))).toHaveLength(1);
  });

  test.each([
    {
      what: "an access token that has expired",
      env: { ...NO_CREDENTIALS, UP42_ACCESS_TOKEN: "geheim" },
      error: /UP42 does not accept the access token \(HTTP 401: .*Set a new up42:accessToken/,
    },
    {
      what: "a workspace that is not ours",
      env: { UP42_WORKSPACE_ID: "11111111-0000-4000-8000-000000000000" },
      error:
        /^Failed to check webhook "orders": the webhooks of workspace 11111111-0000-4000-8000-000000000000 \(workspaceId\) cannot be listed: UP42 answered HTTP 403: .*Check that the credentials belong to this workspace/,
    },
  ])("refused by UP42: $what", async ({ env, error }) => {
    const errors = await errorsOf(RIGHT, env);
    expect(errors).toEqual([expect.stringMatching(error)]);
    expect(errors.join()).not.toContain("geheim");
  });

  test("a workspace that does not exist", async () => {
    const receiver = await startReceiver({
      status: 404,
      body: '{"data":null,"error":{"code":"NOT_FOUND","message":"No such workspace"}}',
    });
    try {
      const { UP42_API_URL } = demoEnvironment(receiver.url);
      const env = { UP42_API_URL: UP42_API_URL ?? "", UP42_AUTH_URL: deployment.emulator.url };
      expect(await errorsOf(RIGHT, env)).toEqual([
        expect.stringMatching(
          new RegExp(
            `workspace ${DEMO_ACCOUNT.workspaceId} \\(workspaceId\\) cannot be listed: .* HTTP 404: No such workspace \\(GET \\S+\\)\\. Check up42:workspaceId`,
          ),
        ),
      ]);
    } finally {
      await receiver.close();
    }
  });
});
