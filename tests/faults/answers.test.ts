import { join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { ownEnvironment } from "../../tools/pulumi-project.mjs";
import { type ForeignAnswer, startProxy, type TestProxy } from "../support/broken-proxy";
import { takeRequests } from "../support/deployment";
import { PLUGIN_FOLDER } from "../support/pulumi";
import { onlyWebhook } from "../support/up42-account";
import { HostProcess, type Properties, ProviderClient, urnOf } from "./host";

// What an answer proves, and what it does not: each variant against the plugin, as Pulumi's engine calls it.
// tests/e2e/proof.test.ts has one of each kind with the CLI.

const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;
const HTML = { contentType: "text/html", body: "<html><title>Blocked</title></html>" };
const SECRET = "canary-of-ours";
const URN = urnOf("up42:index:Webhook", "orders");
const LONG_NAME = "A name that is rather longer than what the server keeps of it";

let emulator: Emulator;
let proxy: TestProxy;
let started: { readonly process: HostProcess; readonly client: ProviderClient }[];

beforeEach(async () => {
  started = [];
  emulator = await startEmulator();
  proxy = await startProxy(emulator.url);
});
afterEach(async () => {
  for (const { process, client } of started) {
    client.close();
    await process.kill();
  }
  await Promise.all([proxy.close(), emulator.close()]);
});

/** A plugin that knows nothing yet, as each command has one. */
async function plugin(): Promise<ProviderClient> {
  const process = new HostProcess([join(PLUGIN_FOLDER, "dist/plugin/start.js")], { env: ownEnvironment() });
  const client = new ProviderClient(await process.nextPort());
  started.push({ process, client });
  const { username, password, workspaceId } = DEMO_ACCOUNT;
  await client.configure({ username, password, workspaceId, apiUrl: proxy.url, timeoutSeconds: "12" });
  return client;
}

const inputs = (more: Properties = {}): Properties => ({
  name: "orders",
  url: "https://example.com/up42",
  events: ["order.status"],
  active: true,
  secret: SECRET,
  ...more,
});

async function create(client: ProviderClient, given: Properties = inputs()) {
  return await client.create(await client.check({}, given, URN), URN);
}

/** Answers the first POST of a webhook so, after UP42 has carried it out; changes all other answers. */
function loseFirstCreate(
  afterCommit: ForeignAnswer,
  respell: (body: string) => string = (body) => body,
): void {
  let isLost = false;
  proxy.intercept(({ method, path }) => {
    if (!path.startsWith(WEBHOOKS)) {
      return undefined;
    }
    if (method !== "POST" || isLost) {
      return { respell };
    }
    isLost = true;
    return { afterCommit };
  });
}

test.each<[string, ForeignAnswer]>([
  ["text", { status: 404, body: "404 page not found", contentType: "text/plain" }],
  ["a router's JSON", { status: 404, body: '{"message":"no Route matched with those values"}' }],
  ["an empty body", { status: 404, body: "" }],
])("a 404 with %s does not prove that a webhook is gone", async (_kind, answer) => {
  const client = await plugin();
  const { id, properties } = await create(client);
  proxy.intercept(({ path }) => (path.startsWith(`${WEBHOOKS}/`) ? { answer } : undefined));
  await expect(client.delete(id, properties, URN)).rejects.toThrow("Failed to delete");
  // A new one: this one has just listed the workspace.
  await expect((await plugin()).read(id, properties, URN)).rejects.toThrow("Failed to read");
  expect(onlyWebhook(emulator).id).toBe(id);
});

test.each<[string, ForeignAnswer]>([
  ["200 with an error", { status: 200, body: '{"data":null,"error":{"message":"still in use"}}' }],
  ["202", { status: 202, body: "" }],
  ["200 with nothing", { status: 200, body: "" }],
  ["200 without a word of what", { status: 200, body: '{"data":null,"error":null}' }],
])("%s does not prove that a webhook was deleted", async (_kind, answer) => {
  const client = await plugin();
  const { id, properties } = await create(client);
  proxy.intercept(({ method }) => (method === "DELETE" ? { answer } : undefined));
  await expect(client.delete(id, properties, URN)).rejects.toThrow("Failed to delete");
  expect(onlyWebhook(emulator).id).toBe(id);
});

test.each<[string, ForeignAnswer]>([
  ["401 of a gateway", { status: 401, body: "" }],
  ["a firewall's 403", { status: 403, ...HTML }],
  ["425", { status: 425, body: "" }],
  ["429 of a gateway", { status: 429, body: "", headers: { "retry-after": "1" } }],
  ["499", { status: 499, body: "" }],
  ["a redirect", { status: 302, body: "", headers: { location: "https://example.com/" } }],
  ["503", { status: 503, ...HTML }],
  ["200 with an error", { status: 200, body: '{"data":null,"error":{"message":"no"}}' }],
])(
  "a webhook is created once, although %s answered the POST after UP42 had done it",
  async (_kind, answer) => {
    loseFirstCreate(answer);
    const { id } = await create(await plugin());
    expect(onlyWebhook(emulator).id).toBe(id);
    const isPost = ({ method, path }: { method: string; path: string }) =>
      method === "POST" && path === WEBHOOKS;
    expect(takeRequests(emulator).filter(isPost)).toHaveLength(1);
  },
);

test.each<[string, Properties, (body: string) => string]>([
  [
    "trims the name",
    { name: " orders of today " },
    (body) => body.replaceAll('" orders of today "', '"orders of today"'),
  ],
  ["cuts the name", { name: LONG_NAME }, (body) => body.replaceAll(LONG_NAME, LONG_NAME.slice(0, 20))],
  ["adds a slash", {}, (body) => body.replaceAll('com/up42"', 'com/up42/"')],
  ["drops the fragment", { url: "https://example.com/up42#part" }, (body) => body.replaceAll("#part", "")],
  ["adds an event", {}, (body) => body.replaceAll('["order.status"]', '["job.status","order.status"]')],
  ["turns it off", {}, (body) => body.replaceAll('"active":true', '"active":false')],
  ["masks the secret", {}, (body) => body.replaceAll(SECRET, "ca…")],
  ["masks the secret with dots", {}, (body) => body.replaceAll(SECRET, "can...")],
  ["shows a hash of the secret", {}, (body) => body.replaceAll(SECRET, "5a105e8b9d40e1329780d62ea2265d8a")],
])("a server that %s creates a webhook once, although the answer was lost", async (_kind, more, respell) => {
  loseFirstCreate({ status: 503, ...HTML }, respell);
  // Where nothing proves whose the new webhook is, the first command stops, and adopting it leads on.
  const first = await create(await plugin(), inputs(more)).catch((error: unknown) => error);
  const { id } = onlyWebhook(emulator);
  const given = inputs({ ...more, ifExists: "adopt" });
  const isCreated = !(first instanceof Error);
  if (!isCreated) {
    expect(first.message).toContain(id);
  }
  const second = await plugin();
  const created = isCreated ? Object(first) : await create(second, given);
  expect(created.id).toBe(id);
  const third = await plugin();
  const read = await third.read(id, created.properties, URN);
  const news = await third.check(read?.inputs ?? {}, given, URN);
  expect(await third.diff(id, read?.properties ?? {}, read?.inputs ?? {}, news, URN)).toBe(false);
  expect(onlyWebhook(emulator).id).toBe(id);
});

test.each(["..", "a/b", "a?b", "a#b"])("the id %j is refused where it comes in", async (id) => {
  const client = await plugin();
  await expect(client.check({}, inputs({ workspaceId: id }), URN)).rejects.toThrow(
    "workspaceId: is not an id of UP42's",
  );
  // Not even a login.
  expect(takeRequests(emulator)).toEqual([]);
  const test = urnOf("up42:index:WebhookTest", "test");
  await expect(client.check({}, { webhookId: id }, test)).rejects.toThrow(
    "webhookId: is not an id of UP42's",
  );
  await expect(client.read(id, {}, URN)).rejects.toThrow("is not an id of UP42's");
  expect(takeRequests(emulator).filter(({ path }) => path.startsWith("/workspaces"))).toEqual([]);
});
