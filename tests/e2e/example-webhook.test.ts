import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyNotification } from "pulumi-up42/receiver";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { copyOwnFiles } from "../support/folders";
import { createProject, type PulumiProject, WORKSPACE } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { expectNoCanaries } from "../support/secrets";

/** The example with a generated secret, from the root of the repository. With one of the configuration: its README. */

const EVENTS = ["job.status", "order.status"];

let emulator: Emulator;
let receiver: TestReceiver;
let project: PulumiProject;
let secret: string;

beforeAll(async () => {
  [emulator, receiver] = await Promise.all([startEmulator(), startReceiver()]);
  const root = await mkdtemp(join(tmpdir(), "pulumi-up42-root-"));
  try {
    await cp(join(WORKSPACE, "Pulumi.yaml"), join(root, "Pulumi.yaml"));
    await copyOwnFiles(join(WORKSPACE, "examples", "webhook"), join(root, "examples", "webhook"));
    project = await createProject({ program: { folder: root }, config: settings() });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

afterAll(async () => {
  await project?.dispose();
  await Promise.all([emulator?.close(), receiver?.close()]);
});

test("the root's Pulumi.yaml deploys the example, and its webhook is tested", async () => {
  await project.up();
  const [created] = emulator.webhooks();
  secret = created?.secret ?? "";
  expect(created).toMatchObject({ name: "notifications", events: EVENTS, active: true });
  expect(await project.outputs({ showSecrets: true })).toEqual({
    webhookId: created?.id,
    webhookSecret: secret,
    testsRun: 2,
    testsSucceeded: 2,
    testsFailed: 0,
  });
  expect(verifiedEvents()).toEqual(EVENTS);
});

test("the secret is generated, hidden, and stays", async () => {
  expect(secret).toMatch(/^[\w-]{43}$/);
  // The event log has Pulumi's own debug output, in which every secret stands in clear.
  const files = Object.entries(await project.files()).filter(([name]) => !name.startsWith("events-"));
  expectNoCanaries([secret], Object.fromEntries(files));
  emulator.clearRequests();
  expect((await project.up()).changes).toEqual({ same: 4 });
  expect(emulator.requests).toEqual([]);
});

test("another version of the receiver is tested again, and nothing else happens", async () => {
  await project.run(["config", "set", "receiverVersion", "2"]);
  expect((await project.up()).steps.filter(({ op }) => op !== "same")).toMatchObject([
    { op: "update", type: "pulumi-nodejs:dynamic/up42:WebhookTest" },
  ]);
  expect(receiver.requests).toHaveLength(4);
});

test("replacing the secret changes it in the webhook, which is tested again; destroy leaves nothing", async () => {
  const [before] = emulator.webhooks();
  await project.up({ args: ["--replace", "**webhook-secret"] });
  const [changed] = emulator.webhooks();
  expect(changed?.id).toBe(before?.id);
  expect(changed?.secret).not.toBe(secret);
  secret = changed?.secret ?? "";
  expect(verifiedEvents(4)).toEqual(EVENTS);
  await project.destroy();
  expect(emulator.webhooks()).toEqual([]);
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

/** The events of the notifications that were received after some, each verified with the secret. */
function verifiedEvents(after = 0): string[] {
  return receiver.requests
    .slice(after)
    .map((request) => verifyNotification(request, { secret }).notification.event)
    .sort();
}
