import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_ACCOUNT, type Emulator } from "up42-emulator";
import { startProxy } from "../support/broken-proxy";
import { takeCalls } from "../support/deployment";
import { canary, expectNoCanaries } from "../support/secrets";
import { demoEnvironment, loginAs, onlyWebhook } from "../support/up42-account";
import { reference, startYamlDeployment, yamlProject } from "../support/yaml";

const OTHER = {
  username: "other@up42.example",
  password: canary("other-password"),
  projectId: "0d5b0a6e-0000-4000-8000-000000000001",
  projectApiKey: canary("other-key"),
  workspaceId: "b2c3d4e5-0042-4042-8042-000000000042",
};
const ACCOUNT = { ...DEMO_ACCOUNT, password: canary("password") };
const SECRETS = [canary("first"), canary("second"), canary("theirs"), canary("url")];
const [FIRST = "", SECOND = "", THEIRS = "", SECRET_URL = ""] = SECRETS;

/** Which names the webhooks of an account have. */
function namesIn(emulator: Emulator, { workspaceId }: { readonly workspaceId: string }): string[] {
  return emulator
    .webhooks()
    .filter((one) => one.workspaceId === workspaceId)
    .map(({ name }) => name)
    .sort();
}

const program = (secret: string) => ({
  resources: {
    other: {
      type: "pulumi:providers:up42",
      properties: {
        projectId: OTHER.projectId,
        projectApiKey: { "fn::secret": OTHER.projectApiKey },
        workspaceId: OTHER.workspaceId,
      },
    },
    ours: {
      type: "up42:Webhook",
      properties: {
        url: "https://example.com/ours",
        events: ["order.status"],
        active: true,
        secret: { "fn::secret": secret },
      },
    },
    theirs: {
      type: "up42:Webhook",
      properties: {
        url: { "fn::secret": `https://example.com/${encodeURIComponent(SECRET_URL)}` },
        events: ["job.status"],
        active: true,
        secret: { "fn::secret": secret },
      },
      options: { provider: reference("other") },
    },
  },
  variables: {
    found: {
      "fn::invoke": {
        function: "up42:getWebhooks",
        arguments: {},
        options: { dependsOn: [reference("ours")] },
      },
    },
  },
  outputs: { secret: reference("ours.secret"), found: reference("found.webhooks") },
});

describe("two accounts in one program, by the stack's configuration and an explicit provider", () => {
  const secrets = [
    ...SECRETS,
    ACCOUNT.password,
    OTHER.password,
    OTHER.projectApiKey,
    encodeURIComponent(SECRET_URL),
  ];

  test("each webhook is in its own account, and no secret stands in clear anywhere", async () => {
    const { emulator, project, close } = await startYamlDeployment({
      program: () => program(FIRST),
      emulator: { accounts: [ACCOUNT, OTHER] },
      config: {
        "up42:username": ACCOUNT.username,
        "up42:password": { secret: ACCOUNT.password },
        "up42:timeoutSeconds": "30",
      },
      env: (url) => ({ UP42_API_URL: url }),
    });
    const texts: Record<string, string> = {};
    try {
      // The program is the one file that may hold them.
      const outputs = async (): Promise<Record<string, string>> => {
        const { "project/Pulumi.yaml": _program, ...files } = await project.files();
        return { ...files, ...texts, exported: (await project.exportStack()).text };
      };
      texts.preview = (await project.preview({ args: ["--json", "--save-plan", "plan.json"] })).stdout;
      texts.up = (await project.up({ args: ["--diff"] })).stdout;
      expect(namesIn(emulator, ACCOUNT)).toEqual(["ours"]);
      expect(namesIn(emulator, OTHER)).toEqual(["theirs"]);
      expect(emulator.webhooks().map(({ secret }) => secret)).toEqual([FIRST, FIRST]);
      expectNoCanaries(secrets, await outputs());

      await project.writeFiles(yamlProject(program(SECOND)));
      texts.rotation = (await project.up({ args: ["--diff"] })).stdout;
      expect(emulator.webhooks().map(({ secret }) => secret)).toEqual([SECOND, SECOND]);

      const colleague = await loginAs(emulator, ACCOUNT);
      const [ours] = emulator.webhooks().filter(({ name }) => name === "ours");
      await colleague.change(ours?.id ?? "", { secret: THEIRS });
      texts.refresh = (await project.refresh({ args: ["--diff"] })).stdout;
      expectNoCanaries(secrets, await outputs());

      texts.destroy = (await project.destroy()).stdout;
      expect(emulator.webhooks()).toEqual([]);
      expectNoCanaries(secrets, await outputs());
    } finally {
      await close();
    }
  });

  test("another password of the provider is an update of the provider alone", async () => {
    const account = (password: string) => ({
      resources: {
        team: {
          type: "pulumi:providers:up42",
          properties: { username: DEMO_ACCOUNT.username, password: { "fn::secret": password } },
        },
        orders: {
          type: "up42:Webhook",
          properties: { url: "https://example.com/orders", events: ["order.status"], active: true },
          options: { provider: reference("team") },
        },
      },
    });
    const { emulator, project, close } = await startYamlDeployment({
      program: () => account(DEMO_ACCOUNT.password),
      env: (url) => ({ UP42_API_URL: url }),
    });
    try {
      await project.up();
      takeCalls(emulator);
      await project.writeFiles(yamlProject(account("another password")));
      expect((await project.up()).changes).toEqual({ same: 2, update: 1 });
      expect(takeCalls(emulator)).toEqual([]);
    } finally {
      await close();
    }
  });
});

test("a webhook that moves to another provider of its account stays, and is not written", async () => {
  const account = { type: "pulumi:providers:up42", properties: { username: DEMO_ACCOUNT.username } };
  const ofProvider = (provider: string) => ({
    resources: {
      first: account,
      second: account,
      orders: {
        type: "up42:Webhook",
        properties: { url: "https://example.com/orders", events: ["order.status"], active: true },
        options: { provider: reference(provider) },
      },
    },
  });
  const { emulator, project, close } = await startYamlDeployment({ program: () => ofProvider("first") });
  try {
    await project.up();
    const before = emulator.webhooks();
    await project.writeFiles(yamlProject(ofProvider("second")));
    const up = await project.up();
    expect(up.steps.map(({ op }) => op)).not.toContain("replace");
    expect(emulator.webhooks()).toEqual(before);
    const { text } = await project.exportStack();
    expect(text).toMatch(/"provider": ".*::second::/);
    expect(text).not.toMatch(/"provider": ".*::first::/);
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  } finally {
    await close();
  }
});

describe("two providers of one account", () => {
  const account = { type: "pulumi:providers:up42", properties: { username: DEMO_ACCOUNT.username } };
  const webhook = (provider: string) => ({
    type: "up42:Webhook",
    // Nobody listens there: a test of the webhook fails at once.
    properties: {
      name: "orders",
      url: "http://127.0.0.1:9/orders",
      events: ["order.status"],
      active: true,
      ifExists: "adopt",
    },
    options: { provider: reference(provider) },
  });
  const program = (resources: Readonly<Record<string, unknown>>) => ({
    resources: { first: account, second: account, ...resources },
  });
  const failingTest = {
    type: "up42:WebhookTest",
    properties: { webhookId: reference("renamed.id"), timeoutSeconds: 1 },
    options: { provider: reference("second") },
  };

  test("know what the other one has adopted, also after a refresh between", async () => {
    const { emulator, project, close } = await startYamlDeployment({
      program: () => program({ old: webhook("first") }),
    });
    try {
      await project.up();
      const { id } = onlyWebhook(emulator);
      await project.writeFiles(yamlProject(program({ renamed: webhook("second"), fails: failingTest })));
      await project.up({ expectFailure: true });
      // As a request that was stuck on its way does: now neither of the entries knows the webhook as it is.
      await (await loginAs(emulator)).change(id, {});
      await project.refresh();
      await project.writeFiles(yamlProject(program({ renamed: webhook("second") })));
      await project.up();
      expect(onlyWebhook(emulator).id).toBe(id);
      // And without an interruption.
      await project.writeFiles(yamlProject(program({ again: webhook("first") })));
      const moved = await project.up();
      expect(moved.stdout).toContain("stays at UP42: another resource of this stack has it");
      expect(onlyWebhook(emulator).id).toBe(id);
      await project.destroy();
      expect(emulator.webhooks()).toEqual([]);
    } finally {
      await close();
    }
  });

  test("refuse two webhooks with one name and URL, and say so when they cannot see each other's", async () => {
    const { emulator, project, close } = await startYamlDeployment({
      program: () => program({ one: webhook("first"), two: webhook("second") }),
    });
    try {
      const refused = await project.preview({ expectFailure: true });
      expect(refused.stdout).toMatch(
        /resources "(one|two)" and "(one|two)" declare webhooks with the same name/,
      );
      expect(emulator.webhooks()).toEqual([]);

      const folder = await mkdtemp(join(tmpdir(), "not-private-"));
      await writeFile(join(folder, `pulumi-up42-${process.getuid?.()}`), "");
      const { diagnostics } = await project.preview({ env: { ...project.env, TMPDIR: folder } });
      await rm(folder, { recursive: true });
      expect(diagnostics).toContainEqual(
        expect.objectContaining({
          severity: "warning",
          message: expect.stringMatching(
            /Failed to share claims with other providers.*: EEXIST.* set TMPDIR/,
          ),
        }),
      );
    } finally {
      await close();
    }
  });
});

test("customTimeouts end an operation that UP42 makes wait for longer", async () => {
  const orders = (options: object) => ({
    resources: {
      orders: {
        type: "up42:Webhook",
        properties: { url: "https://example.com/orders", events: ["order.status"], active: true },
        options,
      },
    },
  });
  const { emulator, project, close } = await startYamlDeployment({
    program: () => orders({ customTimeouts: { create: "30s" } }),
  });
  const proxy = await startProxy(emulator.url);
  proxy.intercept(({ method, path }) =>
    method === "POST" && path.endsWith("/webhooks")
      ? {
          answer: {
            status: 429,
            headers: { "retry-after": "60" },
            body: JSON.stringify({ data: null, error: { message: "too many requests" } }),
          },
        }
      : undefined,
  );
  try {
    const env = { ...demoEnvironment(proxy.url), UP42_TIMEOUT_SECONDS: "600" };
    const refused = await project.up({ env, expectFailure: true });
    expect(refused.diagnostics).toContainEqual(
      expect.objectContaining({
        severity: "error",
        message: expect.stringMatching(/Failed to create webhook "orders": .*too many requests/),
      }),
    );
    expect(emulator.webhooks()).toEqual([]);
  } finally {
    await Promise.all([close(), proxy.close()]);
  }
});
