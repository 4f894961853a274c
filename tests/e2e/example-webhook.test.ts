import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyNotification } from "pulumi-up42/receiver";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import createRequest from "../fixtures/seed/create-request.json";
import { copyOwnFiles } from "../support/folders";
import { createProject, type PulumiProject, WORKSPACE } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { expectNoCanaries } from "../support/secrets";

const EXAMPLE = join(WORKSPACE, "examples", "webhook");
const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;

let emulator: Emulator;
let receiver: TestReceiver;
let project: PulumiProject;

beforeEach(async () => {
  [emulator, receiver] = await Promise.all([startEmulator(), startReceiver()]);
});

afterEach(async () => {
  await project.dispose();
  await Promise.all([emulator.close(), receiver.close()]);
});

test("the example is deployed, tests its webhook, and tests it again when told so", async () => {
  const config = { ...settings(), secret: { secret: "only-for-trying-out" } };
  project = await createProject({ program: { folder: EXAMPLE }, config });

  await project.up();
  const [events, token, list, create, run] = emulator.requests;
  expect(emulator.requests).toHaveLength(5);
  // The first three are asked at the same time.
  expect([events, token, list].map((request) => `${request?.method} ${request?.path}`).sort()).toEqual([
    "GET /webhooks/events",
    `GET ${WEBHOOKS}`,
    "POST /realms/public/protocol/openid-connect/token",
  ]);
  const url = `${receiver.url}/up42`;
  const [webhook] = emulator.webhooks();
  const sentAsJson = expect.objectContaining({
    authorization: expect.stringMatching(/^Bearer \S+$/),
    "content-type": "application/json",
  });
  expect(create).toMatchObject({ method: "POST", path: WEBHOOKS, status: 200, headers: sentAsJson });
  expect(JSON.stringify(create?.body)).toBe(
    JSON.stringify({
      ...createRequest,
      events: ["job.status", "order.status"],
      name: "notifications",
      url,
      secret: "only-for-trying-out",
    }),
  );
  expect(run).toMatchObject({
    method: "POST",
    path: `${WEBHOOKS}/${webhook?.id}/tests`,
    status: 200,
    headers: sentAsJson,
  });
  expect(JSON.stringify(run?.body)).toBe("{}");
  expect(verifiedEvents("only-for-trying-out")).toEqual(["job.status", "order.status"]);
  expect(await project.outputs()).toEqual({
    webhookId: webhook?.id,
    webhookSecret: "[secret]",
    testsRun: 2,
    testsSucceeded: 2,
    testsFailed: 0,
  });

  emulator.clearRequests();
  expect((await project.up()).changes).toEqual({ same: 3 });
  expect(emulator.requests).toEqual([]);

  await project.run(["config", "set", "receiverVersion", "2"]);
  expect((await project.up()).steps.filter(({ op }) => op !== "same")).toMatchObject([
    { op: "update", type: "pulumi-nodejs:dynamic/up42:WebhookTest" },
  ]);
  expect(receiver.requests).toHaveLength(4);

  await project.destroy();
  expect(emulator.webhooks()).toEqual([]);
});

test("the root's Pulumi.yaml deploys it too; a secret that is not configured is generated and stays", async () => {
  const root = await mkdtemp(join(tmpdir(), "pulumi-up42-root-"));
  try {
    await cp(join(WORKSPACE, "Pulumi.yaml"), join(root, "Pulumi.yaml"));
    await copyOwnFiles(EXAMPLE, join(root, "examples", "webhook"));
    project = await createProject({ program: { folder: root }, config: settings() });
  } finally {
    await rm(root, { recursive: true, force: true });
  }

  await project.up();
  const { webhookId, webhookSecret } = await project.outputs({ showSecrets: true });
  const [created] = emulator.webhooks();
  expect(created).toMatchObject({ id: webhookId, secret: webhookSecret });
  const secret = created?.secret ?? "";
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(verifiedEvents(secret)).toEqual(["job.status", "order.status"]);
  // The event log has Pulumi's own debug output, in which every secret stands in clear.
  const files = Object.entries(await project.files()).filter(([name]) => !name.startsWith("events-"));
  expectNoCanaries([secret], Object.fromEntries(files));

  emulator.clearRequests();
  expect((await project.up()).changes).toEqual({ same: 4 });
  expect(emulator.requests).toEqual([]);

  await project.up({ args: ["--replace", "**webhook-secret"] });
  const [changed] = emulator.webhooks();
  expect(changed?.id).toBe(webhookId);
  expect(changed?.secret).not.toBe(secret);
  expect(verifiedEvents(changed?.secret ?? "", 2)).toEqual(["job.status", "order.status"]);
});

function settings(): Record<string, string | { secret: string }> {
  return {
    "up42:apiUrl": emulator.url,
    "up42:workspaceId": DEMO_ACCOUNT.workspaceId,
    "up42:username": DEMO_ACCOUNT.username,
    "up42:password": { secret: DEMO_ACCOUNT.password },
    url: `${receiver.url}/up42`,
  };
}

/** The events of the notifications that were received, each verified with the secret. */
function verifiedEvents(secret: string, after = 0): string[] {
  return receiver.requests
    .slice(after)
    .map((request) => verifyNotification(request, { secret }).notification.event)
    .sort();
}
