import { DEMO_ACCOUNT } from "up42-emulator";
import { typeToken } from "../../provider/src/dynamic/stub";
import createRequest from "../fixtures/seed/create-request.json";
import createResponse from "../fixtures/seed/create-response.json";
import eventsResponse from "../fixtures/seed/events-response.json";
import testRequest from "../fixtures/seed/test-request.json";
import testResponse from "../fixtures/seed/test-response.json";
import { startProxy, type TestProxy } from "../support/broken-proxy";
import { script, startDeployment, type TestDeployment, takeCalls, takeRequests } from "../support/deployment";
import { createProject } from "../support/pulumi";
import { demoEnvironment, loginAs, onlyWebhook, webhookWithId } from "../support/up42-account";

const OTHER = {
  ...DEMO_ACCOUNT,
  username: "other@up42.example",
  workspaceId: "0b1c2d3e-0000-4000-8000-000000000002",
};

const EVENTS = "GET /webhooks/events";
const TOKEN = "POST /realms/public/protocol/openid-connect/token";
const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;

/** UP42's example has the events in one string; we send what its reference says: an array of names. */
const separateEvents = (events: readonly string[]) => events.flatMap((one) => one.split(", "));

interface Login {
  readonly kind: string;
  /** The environment variables, given a token. */
  readonly env: (token?: string) => Record<string, string>;
  readonly requests: readonly string[];
}

const PASSWORD: Login = { kind: "password", env: () => ({}), requests: [TOKEN] };
const PROJECT_API_KEY: Login = {
  kind: "project API key",
  env: () => ({
    UP42_USERNAME: "",
    UP42_PASSWORD: "",
    UP42_PROJECT_ID: DEMO_ACCOUNT.projectId,
    UP42_PROJECT_API_KEY: DEMO_ACCOUNT.projectApiKey,
  }),
  requests: ["POST /oauth/token"],
};
const ACCESS_TOKEN: Login = {
  kind: "access token",
  env: (token = "") => ({ UP42_USERNAME: "", UP42_PASSWORD: "", UP42_ACCESS_TOKEN: token }),
  requests: [],
};

type Args = Record<string, unknown>;

/** One webhook and its test; both are exported. */
const webhookAndTest = (args: Args, testArgs: Args) => `
  const webhook = new up42.Webhook("orders", ${JSON.stringify(args)});
  const test = new up42.WebhookTest("orders", { webhook, ...${JSON.stringify(testArgs)} });
  module.exports = { id: webhook.id, secret: webhook.secret, test };
`;

describe("the life of a webhook and its test", () => {
  let deployment: TestDeployment;
  let proxy: TestProxy;
  let args: Args;

  beforeAll(async () => {
    deployment = await startDeployment({
      emulator: { accounts: [DEMO_ACCOUNT, OTHER] },
      program: (receiver) => {
        args = { ...createRequest, events: separateEvents(createRequest.events), url: `${receiver}/up42` };
        return webhookAndTest(args, testRequest);
      },
    });
    proxy = await startProxy(deployment.emulator.url);
  });

  afterAll(async () => {
    await Promise.all([deployment?.close(), proxy?.close()]);
  });

  const change = async (changes: Args, testArgs: Args = testRequest): Promise<void> => {
    args = { ...args, ...changes };
    await deployment.project.writeProgram(script(webhookAndTest(args, testArgs)));
  };

  test("the first up sends five requests, as UP42's examples have them", async () => {
    const { emulator, project, receiver } = deployment;
    const up = await project.up();
    expect(up.changes).toEqual({ create: 3 });

    const requests = takeRequests(emulator);
    const { id } = onlyWebhook(emulator);
    const json = { authorization: expect.stringMatching(/^Bearer \S+$/), "content-type": "application/json" };
    expect(requests).toHaveLength(5);
    const [list, post, test] = requests.filter(({ path }) => path.startsWith("/workspaces/"));
    expect(requests).toContainEqual(
      expect.objectContaining({
        method: "POST",
        path: "/realms/public/protocol/openid-connect/token",
        headers: expect.objectContaining({ "content-type": "application/x-www-form-urlencoded" }),
      }),
    );
    const events = requests.find(({ path }) => path === "/webhooks/events");
    expect(events).toMatchObject({ method: "GET", body: undefined });
    expect(events?.headers).not.toHaveProperty("authorization");
    expect(list).toMatchObject({ method: "GET", path: WEBHOOKS, body: undefined });
    expect(post).toMatchObject({ method: "POST", path: WEBHOOKS, headers: json });
    expect(JSON.stringify(post?.body)).toBe(
      JSON.stringify({ ...createRequest, events: separateEvents(createRequest.events), url: args.url }),
    );
    expect(test).toMatchObject({
      method: "POST",
      path: `${WEBHOOKS}/${id}/tests`,
      headers: json,
      body: testRequest,
    });
    expect(receiver.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /up42"]);
  });

  test("the outputs are what UP42 said, the secret hidden", async () => {
    const { emulator, project, receiver } = deployment;
    const outputs = await project.outputs();
    expect(outputs).toMatchObject({
      id: onlyWebhook(emulator).id,
      secret: "[secret]",
      test: { testsRun: 1, testsSucceeded: 1, testsFailed: 0 },
    });
    const { message, response } = testResponse.data.tests[0] ?? {};
    expect(outputs).toHaveProperty("test.tests.0.message", message);
    const expected = response?.replace("https://my.sample.endpoint.com/", `${receiver.url}/up42`);
    expect(outputs).toHaveProperty("test.tests.0.response", expected);
  });

  test("the state says where in the program a resource is declared", async () => {
    const { stack } = await deployment.project.exportStack();
    const places = stack.deployment.resources
      .filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/up42:"))
      .map((resource) => ({ type: resource.type, sourcePosition: resource.sourcePosition }));
    expect(places).toEqual([
      { type: typeToken("Webhook"), sourcePosition: expect.stringMatching(/^project:\/\/\/index\.js#4,/) },
      {
        type: typeToken("WebhookTest"),
        sourcePosition: expect.stringMatching(/^project:\/\/\/index\.js#5,/),
      },
    ]);
  });

  test("without a change, neither preview nor up asks UP42 anything, with new credentials either", async () => {
    const { emulator, project } = deployment;
    await project.preview({ args: ["--expect-no-changes"] });
    const env = { UP42_USERNAME: "another@user.example", UP42_PASSWORD: "a new password" };
    const up = await project.up({ env });
    expect(up.changes).toEqual({ same: 3 });
    expect(takeCalls(emulator)).toEqual([]);
  });

  describe.each([
    { what: "name and secret", changes: { name: "Alerts", secret: "another secret" }, login: PASSWORD },
    { what: "url", changes: { url: "/moved" }, login: PROJECT_API_KEY },
    {
      what: "events, without a secret",
      changes: { events: ["job.status"], secret: undefined },
      sent: { secret: "" },
      login: ACCESS_TOKEN,
    },
    { what: "active, with a secret", changes: { active: false, secret: "a third secret" }, login: PASSWORD },
  ])("a change of: $what", ({ changes, sent, login }) => {
    test(`is one PUT of the whole webhook and a new test, logged in with ${login.kind}`, async () => {
      const { emulator, project, receiver } = deployment;
      const { id } = onlyWebhook(emulator);
      const { token } = await loginAs(emulator);
      emulator.clearRequests();
      await change("url" in changes ? { url: receiver.url + changes.url } : changes);
      const up = await project.up({ env: login.env(token) });
      expect(up.changes).toEqual({ same: 1, update: 2 });

      const requests = takeRequests(emulator);
      const events = "events" in changes ? [EVENTS] : [];
      // A new name or URL must not be another webhook's already.
      const list = "name" in changes || "url" in changes ? [`GET ${WEBHOOKS}`] : [];
      const put = requests.find(({ method }) => method === "PUT");
      expect(requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
        [
          ...login.requests,
          ...events,
          ...list,
          `PUT ${WEBHOOKS}/${id}`,
          `POST ${WEBHOOKS}/${id}/tests`,
        ].sort(),
      );
      expect(put?.headers).toMatchObject({
        authorization:
          login.requests.length === 0 ? `Bearer ${token}` : expect.stringMatching(/^Bearer \S+$/),
        "content-type": "application/json",
      });
      const { events: names, name, url, secret, active }: Args = { ...args, ...sent };
      expect(JSON.stringify(put?.body)).toBe(JSON.stringify({ events: names, name, url, secret, active }));
      expect(onlyWebhook(emulator)).toMatchObject({
        id,
        events: names,
        name,
        url,
        secret: secret ?? "",
        active,
      });
    });
  });

  test("refresh shows no changes, with two requests", async () => {
    const { emulator, project } = deployment;
    const { id } = onlyWebhook(emulator);
    await project.refresh({ args: ["--expect-no-changes"] });
    expect(takeCalls(emulator)).toEqual([TOKEN, `GET ${WEBHOOKS}/${id}`]);
  });

  test("another trigger runs the test again, and only that", async () => {
    const { emulator, project } = deployment;
    await change({}, { ...testRequest, triggers: ["receiver 2.0"] });
    const up = await project.up();
    expect(up.changes).toEqual({ same: 2, update: 1 });
    expect(takeCalls(emulator)).toEqual([TOKEN, `POST ${WEBHOOKS}/${onlyWebhook(emulator).id}/tests`]);
  });

  test("another workspace replaces the webhook: created there first, then deleted here", async () => {
    const { emulator, project } = deployment;
    const old = onlyWebhook(emulator);
    const other = await loginAs(emulator, OTHER);
    emulator.clearRequests();
    const toOther = `/workspaces/${OTHER.workspaceId}/`;
    // One user of two workspaces, which the emulator does not have.
    proxy.intercept(({ path }) => (path.startsWith(toOther) ? { token: other.token } : undefined));
    await change({ workspaceId: OTHER.workspaceId });
    const up = await project.up({ env: { UP42_API_URL: proxy.url } });
    expect(
      up.steps.filter(({ name, op }) => name === "orders" && op !== "update").map(({ op }) => op),
    ).toEqual(["create-replacement", "replace", "delete-replaced"]);

    const { id } = onlyWebhook(emulator);
    expect(id).not.toBe(old.id);
    expect(webhookWithId(emulator, id).workspaceId).toBe(OTHER.workspaceId);
    expect(takeCalls(emulator).filter((call) => call.includes("/workspaces/"))).toEqual([
      `GET ${toOther}webhooks`,
      `POST ${toOther}webhooks`,
      `POST ${toOther}webhooks/${id}/tests`,
      `GET ${WEBHOOKS}`,
      `DELETE ${WEBHOOKS}/${old.id}`,
    ]);
  });

  test("destroy deletes the webhook and leaves nothing", async () => {
    const { emulator, project } = deployment;
    const { id } = onlyWebhook(emulator);
    const destroyed = await project.destroy({ env: { UP42_API_URL: proxy.url } });
    expect(destroyed.changes).toEqual({ delete: 3 });
    expect(takeCalls(emulator)).toEqual([
      TOKEN,
      `GET /workspaces/${OTHER.workspaceId}/webhooks`,
      `DELETE /workspaces/${OTHER.workspaceId}/webhooks/${id}`,
    ]);
    expect(emulator.webhooks()).toEqual([]);
    expect((await project.exportStack()).stack.deployment.resources).toEqual([]);
  });
});

test("UP42's documented answers, word for word, become the outputs", async () => {
  const unreachable = await startProxy("http://127.0.0.1:9");
  const project = await createProject({
    program: script(
      webhookAndTest({ ...createRequest, events: separateEvents(createRequest.events) }, testRequest),
    ),
    env: { ...demoEnvironment(unreachable.url), UP42_MAX_RETRIES: "0" },
  });
  const answers: Record<string, unknown> = {
    [TOKEN]: { access_token: "a token", expires_in: 300 },
    [EVENTS]: eventsResponse,
    [`GET ${WEBHOOKS}`]: { data: [], error: null },
    [`POST ${WEBHOOKS}`]: createResponse,
    [`POST ${WEBHOOKS}/${createResponse.data.id}/tests`]: testResponse,
  };
  unreachable.intercept(({ method, path }) => {
    const answer = answers[`${method} ${path}`];
    return answer === undefined ? undefined : { answer: { status: 200, body: JSON.stringify(answer) } };
  });
  try {
    await project.up();
    const { stack } = await project.exportStack();
    const [webhook, test] = stack.deployment.resources.filter(({ type }) => type.includes("up42:"));
    const { id, createdAt, updatedAt, name, url, active, events } = createResponse.data;
    expect(webhook?.id).toBe(id);
    expect(webhook?.outputs).toMatchObject({
      createdAt,
      updatedAt,
      name,
      url,
      active,
      events: separateEvents(events),
    });
    const { tests, ...counts } = testResponse.data;
    expect(test?.outputs).toMatchObject({
      ...counts,
      tests: tests.map(({ request: _, ...result }) => result),
    });
  } finally {
    await Promise.all([project.dispose(), unreachable.close()]);
  }
});

/** A webhook and its test whose values another resource makes up when it is created. */
const fromAnotherResource = (source: string, values: Args) => `
  class Source extends pulumi.dynamic.Resource {
    constructor(name, values) {
      const outputs = { url: undefined, secret: undefined, events: undefined };
      super({ create: async (given) => ({ id: "1", outs: given.values }) }, name, { values, ...outputs });
    }
  }
  const { url, secret, events } = new Source("${source}", ${JSON.stringify(values)});
  const webhook = new up42.Webhook("orders", { url, secret, events });
  const test = new up42.WebhookTest("orders", { webhook, timeoutSeconds: 1 });
  module.exports = { url: webhook.url, secret: webhook.secret, tests: test.testsSucceeded };
`;

test("values not known before the deployment pass the preview, and are checked for real at up", async () => {
  const values = { secret: "from elsewhere", events: ["order.status"] };
  const { emulator, project, receiver, close } = await startDeployment({
    program: () => fromAnotherResource("wrong", { ...values, url: "http://example.com/up42" }),
  });
  try {
    expect((await project.preview()).changes).toEqual({ create: 4 });
    const refused = await project.up({ expectFailure: true });
    expect(refused.diagnostics).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining("url: must start with https://") }),
    );
    expect(emulator.webhooks()).toEqual([]);

    await project.writeProgram(script(fromAnotherResource("right", { ...values, url: receiver.url })));
    await project.up();
    expect(await project.outputs()).toEqual({ url: receiver.url, secret: "[secret]", tests: 1 });
    expect(onlyWebhook(emulator)).toMatchObject({ ...values, url: receiver.url });
  } finally {
    await close();
  }
});
