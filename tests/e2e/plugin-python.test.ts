import { DEMO_ACCOUNT } from "up42-emulator";
import { startDeployment, type TestDeployment, takeCalls } from "../support/deployment";
import { type InstalledSdk, installPythonSdk, pulumiVirtualenv } from "../support/generated-sdk";
import { PLUGIN_FOLDER, type ProjectFiles } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs, onlyWebhook, webhookWithId } from "../support/up42-account";

const TOKEN = "POST /realms/public/protocol/openid-connect/token";
const EVENTS = "GET /webhooks/events";
const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;

const SECRET = canary("webhook");
const PASSWORD = canary("password");

/** A webhook and its test; `more` goes to the webhook's arguments. */
const program = (virtualenv: string, url: string, events: string, more = ""): ProjectFiles => ({
  "Pulumi.yaml": JSON.stringify({
    name: "test",
    runtime: { name: "python", options: { virtualenv } },
    plugins: { providers: [{ name: "up42", path: PLUGIN_FOLDER }] },
  }),
  "__main__.py": `
import pulumi
import pulumi_up42 as up42

orders = up42.Webhook(
    "orders",
    url="${url}",
    events=${events},
    secret=pulumi.Config().require_secret("secret"),
    active=True,
    ${more}
)
arrives = up42.WebhookTest("arrives", webhook=orders)
known = up42.get_webhook_events()
found = up42.get_webhook_output(id=orders.id)

pulumi.export("id", orders.id)
pulumi.export("secret", orders.secret)
pulumi.export("tested", arrives.tests_succeeded)
pulumi.export("events", [event.name for event in known.events])
pulumi.export("found", found.apply(lambda one: one.name))
`,
});

describe("a webhook and its test in a Python program, with the plugin", () => {
  let sdk: InstalledSdk;
  let virtualenv: string;
  let deployment: TestDeployment;

  beforeAll(async () => {
    sdk = await installPythonSdk();
    virtualenv = (await pulumiVirtualenv()).folder;
    deployment = await startDeployment({
      program: (url) => ({ files: program(virtualenv, url, '["order.status"]') }),
      emulator: { accounts: [{ ...DEMO_ACCOUNT, password: PASSWORD }] },
      config: {
        "test:secret": { secret: SECRET },
        "up42:username": DEMO_ACCOUNT.username,
        "up42:password": { secret: PASSWORD },
        "up42:workspaceId": DEMO_ACCOUNT.workspaceId,
      },
      env: (url) => ({ UP42_API_URL: url, PYTHONPATH: sdk.installed, PYTHONDONTWRITEBYTECODE: "1" }),
    });
  });

  afterAll(async () => {
    await Promise.all([deployment?.close(), sdk?.dispose()]);
  });

  /** Nothing that a command printed or wrote has a secret in clear. */
  const expectNoSecrets = async (...printed: readonly string[]): Promise<void> => {
    const { project } = deployment;
    const exported = (await project.exportStack()).text;
    const all = { ...(await project.files()), exported, printed: printed.join("\n") };
    expectNoCanaries([SECRET, PASSWORD], all);
  };

  test("preview and up: the webhook is there, tested, and its secret nowhere in clear", async () => {
    const { emulator, project, receiver } = deployment;
    expect((await project.preview()).changes).toEqual({ create: 3 });
    emulator.clearRequests();
    const up = await project.up({ args: ["--diff"] });
    const webhook = onlyWebhook(emulator);
    expect(webhook).toMatchObject({ name: "orders", url: receiver.url, secret: SECRET, active: true });
    expect(receiver.requests).toHaveLength(1);
    expect(await project.outputs()).toEqual({
      id: webhook.id,
      secret: "[secret]",
      tested: 1,
      events: ["job.status", "order.status"],
      found: "[secret]",
    });
    await expectNoSecrets(up.stdout, JSON.stringify(up.events));
  });

  test("a change is made in place, and nothing else then changes", async () => {
    const { emulator, project, receiver } = deployment;
    await project.writeFiles(program(virtualenv, receiver.url, '["order.status", "job.status"]'));
    emulator.clearRequests();
    expect((await project.up()).changes).toEqual({ same: 1, update: 2 });
    const { id } = onlyWebhook(emulator);
    expect(new Set(takeCalls(emulator))).toEqual(
      new Set([
        TOKEN,
        EVENTS,
        `PUT ${WEBHOOKS}/${id}`,
        `POST ${WEBHOOKS}/${id}/tests`,
        `GET ${WEBHOOKS}/${id}`,
      ]),
    );
    await project.up({ args: ["--expect-no-changes"] });
  });

  test("a refresh shows drift, and the next up repairs it", async () => {
    const { emulator, project } = deployment;
    const { id } = onlyWebhook(emulator);
    const colleague = await loginAs(emulator, { ...DEMO_ACCOUNT, password: PASSWORD });
    await colleague.change(id, { url: "https://example.com/elsewhere" });
    expect((await project.refresh({ args: ["--diff"] })).stdout).toMatch(/~ url.*elsewhere/);
    expect((await project.up()).steps.find(({ name }) => name === "orders")?.diffs).toEqual(["url"]);
    expect(webhookWithId(emulator, id).url).not.toMatch(/elsewhere/);
  });

  test("bad input is refused at preview, by the property's name", async () => {
    const { project, receiver } = deployment;
    await project.writeFiles(program(virtualenv, "http://example.com/up42", "[]"));
    const refused = await project.preview({ expectFailure: true });
    const said = refused.diagnostics.map(({ message }) => message).join("\n");
    expect(said).toMatch(/url: must start with https:\/\//);
    expect(said).toMatch(/events: must name at least one event/);
    await expectNoSecrets(refused.stdout);
    await project.writeFiles(program(virtualenv, receiver.url, '["order.status", "job.status"]'));
  });

  test("destroy, and an import of what a colleague then makes", async () => {
    const { emulator, project, receiver } = deployment;
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
    const colleague = await loginAs(emulator, { ...DEMO_ACCOUNT, password: PASSWORD });
    const id = await colleague.create({
      name: "orders",
      url: receiver.url,
      events: ["order.status"],
      active: true,
      secret: SECRET,
    });
    await project.writeFiles(
      program(virtualenv, receiver.url, '["order.status"]', `opts=pulumi.ResourceOptions(import_="${id}"),`),
    );
    const up = await project.up();
    expect(up.steps.map(({ op }) => op)).toEqual(expect.arrayContaining(["import"]));
    await project.writeFiles(program(virtualenv, receiver.url, '["order.status"]'));
    await project.up({ args: ["--expect-no-changes"] });
    await expectNoSecrets(up.stdout);
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });
});
