import { DEMO_ACCOUNT, type RecordedRequest } from "up42-emulator";
import { startDeployment, type TestDeployment, takeRequests } from "../support/deployment";
import { compileNodeSdk, type GeneratedSdk } from "../support/generated-sdk";
import { PLUGIN_FOLDER } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs, onlyWebhook } from "../support/up42-account";

const SECRET = canary("webhook");
const PASSWORD = canary("password");
const ACCOUNT = { ...DEMO_ACCOUNT, password: PASSWORD };

const DOORS = ["dynamic", "plugin"] as const;
type Door = (typeof DOORS)[number];

/** What a program changes between its commands. */
interface Variant {
  readonly events: readonly string[];
  readonly options?: string;
}

const FIRST: Variant = { events: ["order.status"] };
const CHANGED: Variant = { events: ["order.status", "job.status"] };

/** The files of one program, which loads the resources from a package. */
const files = (module: string, url: string, { events, options = "{}" }: Variant) => ({
  "Pulumi.yaml": JSON.stringify({
    name: "test",
    runtime: { name: "nodejs", options: { typescript: true } },
    plugins: { providers: [{ name: "up42", path: PLUGIN_FOLDER }] },
  }),
  "package.json": JSON.stringify({ name: "test", main: "index.ts" }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: { strict: true, target: "es2022", module: "commonjs", moduleResolution: "node" },
  }),
  "index.ts": `import * as pulumi from "@pulumi/pulumi";
import * as up42 from ${JSON.stringify(module)};

const orders = new up42.Webhook(
  "orders",
  {
    url: ${JSON.stringify(url)},
    events: ${JSON.stringify(events)},
    active: true,
    secret: new pulumi.Config().requireSecret("secret"),
  },
  ${options},
);
new up42.WebhookTest("arrives", { webhook: orders });
export const id = orders.id;
`,
});

/** A request without what is another one in each account: sorted, since some are sent side by side. */
const comparable = (requests: readonly RecordedRequest[], id: string, url: string): readonly string[] =>
  requests
    .map(({ method, path, body }) => `${method} ${path} ${JSON.stringify(body ?? null)}`)
    .map((line) => line.replaceAll(id, "<id>").replaceAll(url, "<receiver>"))
    .sort();

describe("one TypeScript program through both doors", () => {
  let sdk: GeneratedSdk;
  /** The requests of each step, by door. */
  const requests: Record<Door, Record<string, readonly string[]>> = { dynamic: {}, plugin: {} };

  beforeAll(async () => {
    sdk = await compileNodeSdk();
  });

  afterAll(() => sdk?.dispose());

  const start = async (door: Door): Promise<[TestDeployment, (variant: Variant) => Promise<void>]> => {
    const module = door === "plugin" ? sdk.folder : "pulumi-up42";
    const deployment = await startDeployment({
      program: (url) => ({ files: files(module, url, FIRST) }),
      emulator: { accounts: [ACCOUNT] },
      config: {
        secret: { secret: SECRET },
        "up42:username": ACCOUNT.username,
        "up42:password": { secret: PASSWORD },
        "up42:workspaceId": ACCOUNT.workspaceId,
      },
      env: (url) => ({ UP42_API_URL: url, PULUMI_NODEJS_TRANSPILE_ONLY: "true" }),
    });
    const { project, receiver } = deployment;
    return [deployment, async (variant) => await project.writeFiles(files(module, receiver.url, variant))];
  };

  test.each(DOORS)("%s: the whole life of a webhook, and its secret nowhere in clear", async (door) => {
    const [{ emulator, project, receiver, close }, write] = await start(door);
    let id = "no id yet";
    const note = (step: string): void => {
      id = emulator.webhooks()[0]?.id ?? id;
      requests[door][step] = comparable(takeRequests(emulator), id, receiver.url);
    };
    const printed: string[] = [];
    try {
      // The preview checks the program's types, which takes some seconds.
      const env = { PULUMI_NODEJS_TRANSPILE_ONLY: "false" };
      const preview = await project.preview({ args: ["--diff", "--save-plan", "plan.json"], env });
      expect(preview.changes).toEqual({ create: 3 });
      note("preview");
      const up = await project.up({ args: ["--diff"] });
      expect(up.changes).toEqual({ create: 3 });
      expect(onlyWebhook(emulator)).toMatchObject({ name: "orders", secret: SECRET, active: true });
      note("up");
      await project.up({ args: ["--expect-no-changes"] });
      note("no change");
      await write(CHANGED);
      expect((await project.up()).changes).toEqual({ same: 1, update: 2 });
      note("change in place");
      await (await loginAs(emulator, ACCOUNT)).change(onlyWebhook(emulator).id, { active: false });
      emulator.clearRequests();
      const refresh = await project.refresh({ args: ["--diff"] });
      expect(refresh.stdout).toMatch(/~ active\s*: true => false/);
      note("refresh");
      const repair = await project.up({ args: ["--diff"] });
      expect(onlyWebhook(emulator).active).toBe(true);
      note("repair");
      printed.push(preview.stdout, up.stdout, refresh.stdout, repair.stdout);
      const exported = (await project.exportStack()).text;
      const texts = { ...(await project.files()), exported, printed: printed.join("\n") };
      expectNoCanaries([SECRET, PASSWORD], texts);
      await project.destroy();
      expect(emulator.webhooks()).toEqual([]);
      note("destroy");
    } finally {
      await close();
    }
  });

  test("UP42 gets the same requests in every step", () => {
    expect(Object.keys(requests.plugin)).toHaveLength(7);
    expect(requests.plugin).toEqual(requests.dynamic);
  });

  test("the import option takes over what a colleague made, and nothing then changes", async () => {
    const [{ emulator, project, receiver, close }, write] = await start("plugin");
    try {
      const theirs = { ...CHANGED, name: "orders", url: receiver.url, active: true, secret: SECRET };
      const id = await (await loginAs(emulator, ACCOUNT)).create(theirs);
      await write({ ...CHANGED, options: `{ import: ${JSON.stringify(id)} }` });
      expect((await project.up()).changes).toEqual({ create: 2, import: 1 });
      await write(CHANGED);
      await project.up({ args: ["--expect-no-changes"], preview: true });
      expect(onlyWebhook(emulator)).toMatchObject({ ...theirs, id });
    } finally {
      await close();
    }
  });
});
