import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { createProject, type PulumiProject } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { type Colleague, loginAs } from "../support/up42-account";

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { Webhook, getWebhook, getWebhookEventsOutput, getWebhookOutput, getWebhooks, getWebhooksOutput } =
  require("pulumi-up42");
const ids = new pulumi.Config().requireObject("ids");
module.exports = async () => {
  const kept = Webhook.get("kept", ids.plain);
  const all = await getWebhooks();
  const found = await getWebhook({ url: "https://example.com/signed", name: "signed" });
  const signed = getWebhookOutput({ id: pulumi.output(ids.signed) });
  const plain = getWebhookOutput({ id: kept.id });
  return {
    names: all.map(({ name }) => name),
    found: found.id,
    foundSecret: found.secret,
    kept: { url: kept.url, events: kept.events, active: kept.active, workspaceId: kept.workspaceId },
    signedSecret: signed.secret,
    plain: plain.name,
    count: pulumi.unsecret(getWebhooksOutput().apply((webhooks) => webhooks.length)),
    events: getWebhookEventsOutput().apply((events) => events.map(({ name }) => name)),
  };
};
`;

/** The messages of errors that Pulumi shows without a trace. */
const FAILING_PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { getWebhook, getWebhooks } = require("pulumi-up42");
const messageOf = (promise) =>
  promise.then(() => "it did not fail", (error) => (pulumi.RunError.isInstance(error) ? error.message : "not a RunError"));
const id = "00000000-0000-4000-8000-000000000000";
module.exports = async () => ({
  id: await messageOf(getWebhook({ id })),
  name: await messageOf(getWebhook({ name: "nobody" })),
  twins: await messageOf(getWebhook({ name: "twin" })),
  nothing: await messageOf(getWebhook({})),
  profile: await messageOf(getWebhooks({ profile: "team-a" })),
});
`;

const GET_PROGRAM = `
const { Webhook } = require("pulumi-up42");
Webhook.get("gone", "00000000-0000-4000-8000-000000000000");
`;

describe("reading what is at UP42 from a program", () => {
  const secret = canary("webhook");
  const missing = "00000000-0000-4000-8000-000000000000";
  let emulator: Emulator;
  let other: Colleague;
  let project: PulumiProject;
  let ids: { plain: string; signed: string };

  beforeAll(async () => {
    emulator = await startEmulator();
    other = await loginAs(emulator);
    ids = {
      plain: await other.create({
        name: "plain",
        url: "https://example.com/plain",
        events: ["order.status", "job.status"],
        active: true,
      }),
      signed: await other.create({
        name: "signed",
        url: "https://example.com/signed",
        events: ["job.status"],
        secret,
      }),
    };
    project = await createProject({
      program: PROGRAM,
      config: {
        "up42:username": DEMO_ACCOUNT.username,
        "up42:password": { secret: DEMO_ACCOUNT.password },
        "up42:apiUrl": emulator.url,
        "test:ids": JSON.stringify(ids),
      },
    });
  });

  afterAll(async () => {
    await project?.dispose();
    await emulator?.close();
  });

  test("functions and Webhook.get read, in previews too, and own nothing", async () => {
    emulator.clearRequests();
    const preview = await project.preview();
    expect(preview.stdout).toMatch(/count\s*: 2/);
    const tokens = emulator.requests.filter(({ path }) => path.endsWith("/token"));
    // The functions share one login; the other one is that of Pulumi's provider host, for Webhook.get.
    expect(tokens.length).toBeLessThanOrEqual(2);

    const up = await project.up();
    const shown = await project.outputs();
    expect(shown).toEqual({
      names: ["plain", "signed"],
      found: ids.signed,
      foundSecret: "[secret]",
      kept: {
        url: "https://example.com/plain",
        events: ["job.status", "order.status"],
        active: true,
        workspaceId: DEMO_ACCOUNT.workspaceId,
      },
      signedSecret: "[secret]",
      plain: "plain",
      count: 2,
      events: ["job.status", "order.status"],
    });
    expect(await project.outputs({ showSecrets: true })).toMatchObject({
      foundSecret: secret,
      signedSecret: secret,
    });
    expectNoCanaries([secret], { ...(await project.files()), preview: preview.stdout, up: up.stdout });

    const destroyed = await project.destroy();
    expect(destroyed.steps.map(({ op }) => op)).toEqual(["discard"]);
    expect(emulator.webhooks().map(({ id }) => id)).toEqual(expect.arrayContaining([ids.plain, ids.signed]));
    expect(emulator.requests.filter(({ method }) => method === "DELETE" || method === "PUT")).toEqual([]);
  });

  test("functions that find nothing, or too much, fail in plain words", async () => {
    const twin = { name: "twin", url: "https://example.com/twin", events: ["job.status"] };
    const twins = [await other.create(twin), await other.create(twin)].sort();
    await project.writeProgram(FAILING_PROGRAM);
    await project.up();
    const { workspaceId } = DEMO_ACCOUNT;
    const messages = await project.outputs();
    expect(messages).toMatchObject({
      id: expect.stringContaining(`Failed to find webhook ${missing}: workspace ${workspaceId} has none`),
      name: expect.stringContaining(
        `Failed to find the webhook with the name "nobody": there is none in workspace ${workspaceId}`,
      ),
      nothing: expect.stringContaining(
        "Failed to find a webhook: getWebhook takes an id alone, or else a name, a url or both.",
      ),
      profile: expect.stringContaining("No UP42 credentials were found. Set one of: up42-team-a:username"),
    });
    for (const id of twins) {
      expect(messages.twins).toContain(id);
    }
  });

  test("Webhook.get of a webhook that does not exist fails in plain words", async () => {
    await project.writeProgram(GET_PROGRAM);
    const { diagnostics } = await project.preview({ expectFailure: true });
    expect(diagnostics.map(({ message }) => message).join()).toContain(
      `Failed to read webhook ${missing}: workspace ${DEMO_ACCOUNT.workspaceId} has none with this id`,
    );
  });
});
