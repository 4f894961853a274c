import { setTimeout } from "node:timers/promises";
import { DEMO_ACCOUNT } from "up42-emulator";
import { descendants, isRunning, signalAll } from "../../tools/process.mjs";
import { type ForeignAnswer, startProxy, type TestProxy, type Verdict } from "../support/broken-proxy";
import { script, startDeployment, type TestDeployment, takeRequests } from "../support/deployment";
import { loginAs, onlyWebhook } from "../support/up42-account";

// What an answer proves, with the CLI: one of each kind. tests/faults/answers.test.ts has all variants.

const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;
const HTML = { contentType: "text/html", body: "<html><title>Blocked</title></html>" };
const SECRET = "canary-of-ours";

const hook = (args: object = {}): string =>
  `new up42.Webhook("orders", ${JSON.stringify({
    url: "https://example.com/up42",
    events: ["order.status"],
    active: true,
    secret: SECRET,
    ...args,
  })});`;

let deployment: TestDeployment;
let proxy: TestProxy;

const start = async (args: object = {}, env: Record<string, string> = {}): Promise<TestDeployment> => {
  deployment = await startDeployment({ program: () => hook(args) });
  proxy = await startProxy(deployment.emulator.url);
  through.UP42_API_URL = proxy.url;
  Object.assign(through, { UP42_TIMEOUT_SECONDS: "12", ...env });
  return deployment;
};
/** The environment of a command whose requests go through the proxy. */
const through: Record<string, string> = {};
const write = (args: object): Promise<void> => deployment.project.writeProgram(script(hook(args)));

/** Decides on the first request of this kind; all others pass. */
function once(method: string, verdict: Verdict): void {
  let isDone = false;
  proxy.intercept((request) => {
    if (isDone || request.method !== method || !request.path.startsWith(WEBHOOKS)) {
      return undefined;
    }
    isDone = true;
    return verdict;
  });
}

afterEach(async () => {
  await proxy?.close();
  await deployment?.close();
});

describe("gone", () => {
  test.each<[string, ForeignAnswer]>([
    ["a router's JSON", { status: 404, body: '{"message":"no Route matched with those values"}' }],
  ])(
    "is not what a 404 with %s says: destroy and refresh fail and keep the webhook",
    async (_kind, answer) => {
      const { project, emulator } = await start();
      await project.up();
      proxy.intercept(({ path }) => (path.startsWith(`${WEBHOOKS}/`) ? { answer } : undefined));
      await project.destroy({ env: through, expectFailure: true });
      await project.refresh({ env: through, expectFailure: true });
      expect(emulator.webhooks()).toHaveLength(1);
      proxy.intercept(() => undefined);
      await project.destroy({ env: through });
      expect(emulator.webhooks()).toEqual([]);
    },
  );

  test("is not what UP42's own 404 says when the list has the webhook", async () => {
    const { project } = await start();
    await project.up();
    const error = { data: null, error: { code: "NOT_FOUND", message: "There is no such webhook." } };
    proxy.intercept(({ path }) =>
      path.startsWith(`${WEBHOOKS}/`) ? { answer: { status: 404, body: JSON.stringify(error) } } : undefined,
    );
    const { changes } = await project.refresh({ env: through });
    expect(changes).not.toHaveProperty("delete");
  });
});

describe("deleted", () => {
  test.each<[string, ForeignAnswer]>([["200 with nothing", { status: 200, body: "" }]])(
    "is not what %s says while the webhook is there",
    async (_kind, answer) => {
      const { project, emulator } = await start();
      await project.up();
      proxy.intercept(({ method }) => (method === "DELETE" ? { answer } : undefined));
      await project.destroy({ env: through, expectFailure: true });
      expect(emulator.webhooks()).toHaveLength(1);
      const { stack } = await project.exportStack();
      expect(stack.deployment.resources.map(({ type }) => type)).toContain(
        "pulumi-nodejs:dynamic/up42:Webhook",
      );
    },
  );
});

describe("created", () => {
  test.each<[string, ForeignAnswer]>([
    ["401 of a gateway", { status: 401, body: "" }],
    ["503", { status: 503, ...HTML }],
  ])("once, although the POST was answered by %s after UP42 had done it", async (_kind, afterCommit) => {
    const { project, emulator } = await start();
    once("POST", { afterCommit });
    await project.up({ env: through });
    const { id } = onlyWebhook(emulator);
    expect(
      takeRequests(emulator).filter(({ method, path }) => method === "POST" && path === WEBHOOKS),
    ).toHaveLength(1);
    expect((await project.exportStack()).text).toContain(id);
  });

  test("without a secret nothing proves whose it is: the error names it, and adopting it leads on", async () => {
    const { project, emulator } = await start({ secret: undefined });
    once("POST", { afterCommit: { status: 503, ...HTML } });
    const { stdout } = await project.up({ env: through, expectFailure: true });
    const { id } = onlyWebhook(emulator);
    expect(stdout).toContain(id);
    expect(stdout).toContain('ifExists: "adopt"');
    await write({ secret: undefined, ifExists: "adopt" });
    await project.up({ env: through });
    expect(onlyWebhook(emulator).id).toBe(id);
  });

  test("two stacks at once, and a 503 that committed nothing: nothing of the other stack is deleted or shared", async () => {
    const { project, emulator } = await start({ secret: undefined });
    const colleague = await loginAs(emulator);
    let other = "";
    proxy.intercept(({ method, path }) => {
      if (method !== "POST" || path !== WEBHOOKS || other !== "") {
        return undefined;
      }
      other = "pending";
      void colleague
        .create({ name: "orders", url: "https://example.com/up42", events: ["order.status"] })
        .then((id) => {
          other = id;
        });
      return { answer: { status: 503, ...HTML } };
    });
    const { stdout } = await project.up({ env: through, expectFailure: true });
    expect(onlyWebhook(emulator).id).toBe(other);
    expect(stdout).toContain(other);
    await project.destroy({ env: through });
    expect(onlyWebhook(emulator).id).toBe(other);
  });

  test("a server that respells name, path and flags: one webhook, and no difference afterwards", async () => {
    const name = "A name that is rather longer than what the server keeps of it";
    const { project, emulator } = await start({ name, active: false, url: "https://example.com/up42#part" });
    proxy.intercept(({ path }) =>
      path.startsWith(WEBHOOKS)
        ? {
            respell: (body) =>
              body
                .replaceAll(name, name.slice(0, 20))
                .replaceAll("https://example.com/up42#part", "https://example.com/up42/")
                .replaceAll('"active":false', '"active":true'),
          }
        : undefined,
    );
    await project.up({ env: through });
    await project.up({ env: through });
    const preview = await project.preview({ args: ["--refresh", "--expect-no-changes"], env: through });
    expect(preview.exitCode).toBe(0);
    expect(emulator.webhooks()).toHaveLength(1);
  });

  const LONG_NAME = "A name that is rather longer than what the server keeps of it";
  test.each<[string, object, (body: string) => string]>([
    ["cuts the name", { name: LONG_NAME }, (body) => body.replaceAll(LONG_NAME, LONG_NAME.slice(0, 20))],
    ["masks the secret", {}, (body) => body.replaceAll(SECRET, "ca…")],
  ])("once by a server that %s, although the answer was lost", async (_kind, args, respell) => {
    const { project, emulator } = await start(args);
    let isLost = false;
    proxy.intercept(({ method, path }) => {
      if (!path.startsWith(WEBHOOKS)) {
        return undefined;
      }
      if (method !== "POST" || isLost) {
        return { respell };
      }
      isLost = true;
      return { afterCommit: { status: 503, ...HTML } };
    });
    // Where nothing proves whose the new webhook is, the first `up` stops, and adopting it leads on.
    const first = await project.start(["up", "--yes", "--skip-preview"], { env: through }).result;
    const { id } = onlyWebhook(emulator);
    if (first.exitCode !== 0) {
      expect(first.stdout).toContain(id);
    }
    await write({ ...args, ifExists: "adopt" });
    await project.up({ env: through });
    await project.preview({ args: ["--refresh", "--expect-no-changes"], env: through });
    expect(onlyWebhook(emulator).id).toBe(id);
    expect((await project.exportStack()).text).toContain(id);
  });

  test("once by a server whose list shows it only after 16 seconds", async () => {
    const { project, emulator } = await start();
    let showsFrom = 0;
    proxy.intercept(({ method, path }) => {
      if (path !== WEBHOOKS) {
        return undefined;
      }
      if (method === "POST" && showsFrom === 0) {
        showsFrom = Date.now() + 16_000;
        return { afterCommit: { status: 503, ...HTML } };
      }
      return method === "GET" && Date.now() < showsFrom
        ? { answer: { status: 200, body: '{"data":[],"error":null}' } }
        : undefined;
    });
    await project.up({ env: { ...through, UP42_TIMEOUT_SECONDS: "120" } });
    const { id } = onlyWebhook(emulator);
    const posts = takeRequests(emulator).filter(({ method, path }) => method === "POST" && path === WEBHOOKS);
    expect(posts).toHaveLength(1);
    expect((await project.exportStack()).text).toContain(id);
  });

  test("a list in pages is refused, since what is not on its first page would seem to be gone", async () => {
    const { project, emulator } = await start();
    proxy.intercept(({ method, path }) =>
      method === "GET" && path === WEBHOOKS
        ? { respell: (body) => body.replace(/^\{/, '{"next":"/page/2",') }
        : undefined,
    );
    const { stdout } = await project.up({ env: through, expectFailure: true });
    expect(stdout).toMatch(/only one page of several/);
    expect(emulator.webhooks()).toEqual([]);
  });
});

test("a new webhook that UP42 does not show yet is not forgotten", async () => {
  const { project, emulator } = await start();
  await project.up();
  const showsFrom = Date.now() + 2_000;
  const error = { data: null, error: { code: "NOT_FOUND", message: "There is no such webhook." } };
  proxy.intercept(({ method, path }) => {
    if (method !== "GET" || Date.now() > showsFrom) {
      return undefined;
    }
    if (path === WEBHOOKS) {
      return { answer: { status: 200, body: '{"data":[],"error":null}' } };
    }
    return path.startsWith(WEBHOOKS) ? { answer: { status: 404, body: JSON.stringify(error) } } : undefined;
  });
  // The webhook counts as new for as long as one attempt may take: a quarter of this.
  const { changes } = await project.refresh({ env: { ...through, UP42_TIMEOUT_SECONDS: "120" } });
  expect(changes).not.toHaveProperty("delete");
  expect(emulator.webhooks()).toHaveLength(1);
});

test("a list of events that asks everybody to wait ten minutes holds nothing up", async () => {
  const { project, emulator } = await start();
  proxy.intercept(({ path }) =>
    path === "/webhooks/events"
      ? { answer: { status: 503, body: "", headers: { "retry-after": "600" } } }
      : undefined,
  );
  const { stdout } = await project.up({ env: through });
  expect(stdout).toContain("The names of events are not checked");
  expect(emulator.webhooks()).toHaveLength(1);
});

test.each(["SIGKILL", "SIGHUP"] as const)(
  "a host whose engine ended by %s sends nothing more",
  async (signal) => {
    const { project, emulator } = await start({}, { UP42_TIMEOUT_SECONDS: "120" });
    let isWaiting = false;
    proxy.intercept(({ method, path }) => {
      if (method !== "POST" || path !== WEBHOOKS || isWaiting) {
        return undefined;
      }
      isWaiting = true;
      const refusal = { data: null, error: { code: "TOO_MANY_REQUESTS", message: "Slow down." } };
      return { answer: { status: 429, body: JSON.stringify(refusal), headers: { "retry-after": "4" } } };
    });
    const up = project.start(["up", "--yes", "--skip-preview"], { env: through });
    while (!isWaiting) {
      await setTimeout(50);
    }
    const started = descendants(up.pid).map(({ pid }) => pid);
    try {
      // A closed terminal reaches all in the CLI's process group; the host has one of its own.
      signalAll([signal === "SIGHUP" ? -up.pid : up.pid], signal);
      await setTimeout(8_000);
      expect(isRunning(up.pid)).toBe(false);
      expect(emulator.webhooks()).toEqual([]);
    } finally {
      signalAll(started, "SIGKILL");
      await up.result;
    }
  },
);

test("ids that are none are refused where they come in", async () => {
  const { project, emulator } = await start({ workspaceId: "a/b" });
  const read = 'up42.Webhook.get("other", "a/b");';
  const tested = 'new up42.WebhookTest("test", { webhookId: "a/b" });';
  for (const [program, reason] of [
    [hook({ workspaceId: "a/b" }), "workspaceId: is not an id of UP42's"],
    [read, "is not an id of UP42's"],
    [tested, "webhookId: is not an id of UP42's"],
  ] as const) {
    await project.writeProgram(script(program));
    const { stdout } = await project.preview({ expectFailure: true });
    expect(stdout).toContain(reason);
  }
  expect(takeRequests(emulator).filter(({ path }) => path.startsWith("/workspaces"))).toEqual([]);
});
