import { DEMO_ACCOUNT } from "up42-emulator";
import { type TestDeployment, takeCalls, takeRequests } from "../support/deployment";
import { loginAs, onlyWebhook, webhookWithId } from "../support/up42-account";
import { reference, startYamlDeployment, type YamlProgram, yamlProject } from "../support/yaml";

const TOKEN = "POST /realms/public/protocol/openid-connect/token";
const EVENTS = "GET /webhooks/events";
const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;

const WEBHOOK = "up42:index:Webhook";

const SETTINGS = { events: ["order.status"], secret: { "fn::secret": "s3cret" }, active: true };

/** A webhook and its test; the test is given the webhook itself. */
function program(url: string, properties: object = {}, test: object = {}): YamlProgram {
  return {
    resources: {
      orders: { type: "up42:Webhook", properties: { url, ...SETTINGS, ...properties } },
      arrives: { type: "up42:WebhookTest", properties: { webhook: reference("orders"), ...test } },
    },
    outputs: {
      id: reference("orders.id"),
      secret: reference("orders.secret"),
      tested: reference("arrives.testsSucceeded"),
    },
  };
}

describe("a webhook and its test in a YAML program, with the plugin", () => {
  let deployment: TestDeployment;

  beforeAll(async () => {
    deployment = await startYamlDeployment({ program });
  });

  afterAll(() => deployment?.close());

  const write = (properties: object, test: object = {}): Promise<void> => {
    const { project, receiver } = deployment;
    return project.writeFiles(yamlProject(program(receiver.url, properties, test)));
  };

  test("a preview asks UP42 only what it has to, and shows what is going to be", async () => {
    const { emulator, project, receiver } = deployment;
    const preview = await project.preview({ args: ["--diff"] });
    expect(preview.changes).toEqual({ create: 3 });
    expect(preview.stdout).toMatch(/workspaceId: "a1b2c3d4-0042-4042-8042-000000000042"/);
    expect(preview.stdout).not.toContain("s3cret");
    expect(takeCalls(emulator).sort()).toEqual([`GET ${WEBHOOKS}`, EVENTS, TOKEN].sort());
    expect(receiver.requests).toEqual([]);
  });

  test("up creates the webhook with the resource's name, and tests it, with five requests", async () => {
    const { emulator, project, receiver } = deployment;
    const up = await project.up();
    expect(up.changes).toEqual({ create: 3 });
    const { id } = onlyWebhook(emulator);
    expect(onlyWebhook(emulator)).toMatchObject({
      name: "orders",
      url: receiver.url,
      events: ["order.status"],
      secret: "s3cret",
      active: true,
    });
    expect(takeCalls(emulator).sort()).toEqual(
      [TOKEN, EVENTS, `GET ${WEBHOOKS}`, `POST ${WEBHOOKS}`, `POST ${WEBHOOKS}/${id}/tests`].sort(),
    );
    expect(receiver.requests).toHaveLength(1);
    expect(await project.outputs()).toEqual({ id, secret: "[secret]", tested: 1 });
    expect(await project.outputs({ showSecrets: true })).toMatchObject({ secret: "s3cret" });
    expect(up.diagnostics.filter(({ severity }) => severity !== "warning")).toEqual([]);
  });

  test("nothing changed: no request at all", async () => {
    const { emulator, project } = deployment;
    await project.up({ args: ["--expect-no-changes"], preview: true });
    expect(takeCalls(emulator)).toEqual([]);
  });

  test("a change of one property is shown by its name, is one PUT of the whole, and a new test", async () => {
    const { emulator, project, receiver } = deployment;
    const { id } = onlyWebhook(emulator);
    await write({ events: ["order.status", "job.status"] });
    const up = await project.up({ args: ["--diff"] });
    expect(up.changes).toEqual({ same: 1, update: 2 });
    expect(up.steps.find(({ type }) => type === WEBHOOK)?.diffs).toEqual(["events"]);
    const requests = takeRequests(emulator);
    expect(requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      [TOKEN, EVENTS, `PUT ${WEBHOOKS}/${id}`, `POST ${WEBHOOKS}/${id}/tests`].sort(),
    );
    expect(requests.find(({ method }) => method === "PUT")?.body).toEqual({
      events: ["order.status", "job.status"],
      name: "orders",
      url: receiver.url,
      secret: "s3cret",
      active: true,
    });
  });

  test("a refresh shows what a colleague changed, and the next up repairs it", async () => {
    const { emulator, project } = deployment;
    const { id } = onlyWebhook(emulator);
    const colleague = await loginAs(emulator);
    await colleague.change(id, { active: false, secret: "theirs" });
    emulator.clearRequests();
    const refresh = await project.refresh({ args: ["--diff"] });
    expect(takeCalls(emulator)).toEqual([TOKEN, `GET ${WEBHOOKS}/${id}`]);
    expect(refresh.changes).toMatchObject({ update: 1 });
    expect(refresh.stdout).toMatch(/~ active\s*: true => false/);
    expect(refresh.stdout).toMatch(/~ secret\s*: \[secret\] => \[secret\]/);
    expect(refresh.stdout).not.toContain("theirs");

    const repair = await project.up({ args: ["--diff"] });
    expect(repair.steps.find(({ type }) => type === WEBHOOK)?.diffs.toSorted()).toEqual(["active", "secret"]);
    expect(webhookWithId(emulator, id)).toMatchObject({ active: true, secret: "s3cret" });
    await project.up({ args: ["--expect-no-changes"] });
  });

  test("a webhook that was deleted outside is created again", async () => {
    const { emulator, project } = deployment;
    const colleague = await loginAs(emulator);
    await colleague.delete(onlyWebhook(emulator).id);
    expect((await project.refresh()).changes).toMatchObject({ delete: 1 });
    expect((await project.up()).changes).toMatchObject({ create: 1, update: 1 });
    expect(onlyWebhook(emulator).name).toBe("orders");
  });

  test("a test that fails is in the state with its outcome, and runs again until it succeeds", async () => {
    const { project, receiver } = deployment;
    receiver.answer(503);
    await write({}, { timeoutSeconds: 1, triggers: ["second"] });
    const failed = await project.up({ expectFailure: true });
    expect(failed.diagnostics).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/Failed to test webhook "orders".*503/) }),
    );
    const { stack } = await project.exportStack();
    const test = stack.deployment.resources.find(({ type }) => type === "up42:index:WebhookTest");
    expect(test?.initErrors).toEqual([expect.stringMatching(/^Failed to test webhook "orders"/)]);
    expect(test?.outputs).toMatchObject({ testsSucceeded: 0, testsFailed: 1 });

    receiver.answer(200);
    expect((await project.up()).changes).toMatchObject({ update: 1 });
    await project.up({ args: ["--expect-no-changes"] });
  });

  test("destroy deletes the webhook and leaves nothing", async () => {
    const { emulator, project } = deployment;
    emulator.clearRequests();
    const { id } = onlyWebhook(emulator);
    await project.destroy();
    expect(takeCalls(emulator)).toEqual([TOKEN, `GET ${WEBHOOKS}`, `DELETE ${WEBHOOKS}/${id}`]);
    expect(emulator.webhooks()).toEqual([]);
    expect((await project.exportStack()).stack.deployment.resources).toEqual([]);
  });
});
