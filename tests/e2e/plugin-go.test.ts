import { DEMO_ACCOUNT } from "up42-emulator";
import { startDeployment, type TestDeployment, takeCalls } from "../support/deployment";
import { type GeneratedSdk, generateSdk } from "../support/generated-sdk";
import { PLUGIN_FOLDER, type ProjectFiles } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs, onlyWebhook, webhookWithId } from "../support/up42-account";
import { QUICKER_GO } from "../support/user-environment";

const TOKEN = "POST /realms/public/protocol/openid-connect/token";
const EVENTS = "GET /webhooks/events";
const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;

const SECRET = canary("webhook");
const PASSWORD = canary("password");
const ACCOUNT = { ...DEMO_ACCOUNT, password: PASSWORD };

/** A webhook and its test. What changes comes from the configuration, so that Go compiles it once. */
const PROGRAM = `package main

import (
	"example.com/pulumi-up42/sdk/go/up42"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(deploy)
}

func deploy(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	var events []string
	settings.RequireObject("events", &events)
	var options []pulumi.ResourceOption
	if id := settings.Get("import"); id != "" {
		options = append(options, pulumi.Import(pulumi.ID(id)))
	}
	orders, err := up42.NewWebhook(ctx, "orders", &up42.WebhookArgs{
		Url:    pulumi.String(settings.Require("url")),
		Events: pulumi.ToStringArray(events),
		Secret: settings.RequireSecret("secret"),
		Active: pulumi.Bool(true),
	}, options...)
	if err != nil {
		return err
	}
	arrives, err := up42.NewWebhookTest(ctx, "arrives", &up42.WebhookTestArgs{Webhook: orders})
	if err != nil {
		return err
	}
	known, err := up42.GetWebhookEvents(ctx)
	if err != nil {
		return err
	}
	ctx.Export("id", orders.ID())
	ctx.Export("secret", orders.Secret)
	ctx.Export("tested", arrives.TestsSucceeded)
	ctx.Export("known", pulumi.Int(len(known.Events)))
	return nil
}
`;

/** The module is the generated one, in its folder. */
const files = (sdk: GeneratedSdk): ProjectFiles => ({
  "Pulumi.yaml": JSON.stringify({
    name: "test",
    runtime: "go",
    plugins: { providers: [{ name: "up42", path: PLUGIN_FOLDER }] },
  }),
  "go.mod": `module test

go 1.25

require (
	// The program needs only the SDK. This chooses the CLI's versions of what both need.
	github.com/pulumi/pulumi/pkg/v3 v3.259.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

replace example.com/pulumi-up42/sdk/go => ${sdk.folder}
`,
  "main.go": PROGRAM,
});

describe("a webhook and its test in a Go program, with the plugin", () => {
  let sdk: GeneratedSdk;
  let deployment: TestDeployment;

  beforeAll(async () => {
    sdk = await generateSdk("go");
    deployment = await startDeployment({
      program: () => ({ files: files(sdk) }),
      emulator: { accounts: [ACCOUNT] },
      config: {
        secret: { secret: SECRET },
        events: '["order.status"]',
        "up42:username": ACCOUNT.username,
        "up42:password": { secret: PASSWORD },
        "up42:workspaceId": ACCOUNT.workspaceId,
      },
      // Go completes the lists of modules by itself.
      env: (url) => ({ UP42_API_URL: url, ...QUICKER_GO, GOFLAGS: `-mod=mod ${QUICKER_GO.GOFLAGS}` }),
    });
    await deployment.project.configure({ url: deployment.receiver.url });
  });

  afterAll(async () => {
    await Promise.all([deployment?.close(), sdk?.dispose()]);
  });

  /** Nothing that a command printed or wrote has a secret in clear. */
  const expectNoSecrets = async (printed: string): Promise<void> => {
    const { project } = deployment;
    const exported = (await project.exportStack()).text;
    expectNoCanaries([SECRET, PASSWORD], { ...(await project.files()), exported, printed });
  };

  test("a preview asks UP42 only what it has to; its plan holds no secret in clear", async () => {
    const { emulator, project, receiver } = deployment;
    const preview = await project.preview({ args: ["--diff", "--save-plan", "plan.json"] });
    expect(preview.changes).toEqual({ create: 3 });
    expect(new Set(takeCalls(emulator))).toEqual(new Set([TOKEN, EVENTS, `GET ${WEBHOOKS}`]));
    expect(receiver.requests).toEqual([]);
    await expectNoSecrets(preview.stdout);
  });

  test("up creates and tests the webhook, and nothing then changes", async () => {
    const { emulator, project, receiver } = deployment;
    const up = await project.up({ args: ["--diff"] });
    expect(up.changes).toEqual({ create: 3 });
    const { id, ...webhook } = onlyWebhook(emulator);
    expect(webhook).toMatchObject({ name: "orders", url: receiver.url, secret: SECRET, active: true });
    expect(receiver.requests).toHaveLength(1);
    expect(await project.outputs()).toEqual({ id, secret: "[secret]", tested: 1, known: 2 });
    await expectNoSecrets(up.stdout);
    takeCalls(emulator);
    await project.up({ args: ["--expect-no-changes"] });
    expect(takeCalls(emulator).filter((call) => call !== TOKEN)).toEqual([EVENTS]);
  });

  test("a change is made in place, and tested again", async () => {
    const { emulator, project } = deployment;
    await project.configure({ events: '["order.status", "job.status"]' });
    expect((await project.up()).changes).toEqual({ same: 1, update: 2 });
    const { id } = onlyWebhook(emulator);
    expect(new Set(takeCalls(emulator))).toEqual(
      new Set([TOKEN, EVENTS, `PUT ${WEBHOOKS}/${id}`, `POST ${WEBHOOKS}/${id}/tests`]),
    );
  });

  test("a refresh shows drift, and the next up repairs it", async () => {
    const { emulator, project } = deployment;
    const { id } = onlyWebhook(emulator);
    await (await loginAs(emulator, ACCOUNT)).change(id, { active: false });
    expect((await project.refresh({ args: ["--diff"] })).stdout).toMatch(/~ active\s*: true => false/);
    expect((await project.up()).steps.find(({ name }) => name === "orders")?.diffs).toEqual(["active"]);
    expect(webhookWithId(emulator, id).active).toBe(true);
  });

  test("bad input is refused at preview, by the property's name", async () => {
    const { project, receiver } = deployment;
    await project.configure({ url: "http://example.com/up42" });
    const refused = await project.preview({ expectFailure: true });
    const said = refused.diagnostics.map(({ message }) => message).join("\n");
    expect(said).toMatch(/url: must start with https:\/\//);
    await expectNoSecrets(refused.stdout);
    await project.configure({ url: receiver.url });
  });

  test("destroy deletes it, and one that a colleague then makes is imported unchanged", async () => {
    const { emulator, project, receiver } = deployment;
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
    const theirs = {
      name: "orders",
      url: receiver.url,
      events: ["order.status", "job.status"],
      active: true,
      secret: SECRET,
    };
    const id = await (await loginAs(emulator, ACCOUNT)).create(theirs);
    await project.configure({ import: id });
    const up = await project.up();
    expect(up.changes).toEqual({ create: 2, import: 1 });
    await project.run(["config", "rm", "import"]);
    await project.up({ args: ["--expect-no-changes"] });
    expect(onlyWebhook(emulator)).toMatchObject({ ...theirs, id });
    await expectNoSecrets(up.stdout);
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });
});
