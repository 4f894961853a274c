import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { runCommand } from "../../tools/process.mjs";
import { script, startDeployment, type TestDeployment } from "../support/deployment";
import { demoEnvironment, loginAs, onlyWebhook } from "../support/up42-account";

const ARGS = `url: "https://example.com/up42", events: ["order.status"], active: true`;

describe("a webhook and a program", () => {
  let deployment: TestDeployment;

  const start = async (program: string, ownProcess = false): Promise<TestDeployment> => {
    deployment = await startDeployment({ program: () => program, ownProcess });
    return deployment;
  };

  afterEach(() => deployment?.close());

  test("getWebhookOutput of a webhook of the same program is unknown in a preview, until the webhook is there", async () => {
    const program = `
      const hook = new up42.Webhook("orders", { ${ARGS} });
      exports.found = up42.getWebhookOutput({ name: hook.name }).id;`;
    const { project, emulator } = await start(program, true);
    expect((await project.preview()).stdout).not.toMatch(/found\s*: "/);
    await project.up();
    expect(await project.outputs()).toEqual({ found: onlyWebhook(emulator).id });
  });

  test("getWebhookOutput of a plain name that nothing has fails in a preview", async () => {
    const { project } = await start(`exports.found = up42.getWebhookOutput({ name: "nobody" }).id;`, true);
    const { stdout } = await project.preview({ expectFailure: true });
    expect(stdout).toContain('Failed to find the webhook with the name "nobody": there is none in workspace');
  });

  // A stack's transforms reach the engine by the language host, and not every host here knows of them. The engine treats
  // them as it treats a resource's.
  test.each([
    [
      "transformations, transforms and a parent's transforms",
      `const group = new pulumi.ComponentResource("test:index:Group", "group", {}, { transforms: [set] });
       hook("transformations", { transformations: [set] });
       hook("transforms", { transforms: [set] });
       hook("parent", { parent: group });`,
    ],
    [
      "a stack's transformation",
      `pulumi.runtime.registerStackTransformation(set);
       hook("stack", {});`,
    ],
  ])("replaceOnChanges that %s set works", async (_kind, hooks) => {
    const program = (path: string): string => `
      const set = ({ props, opts }) => ({ props, opts: { ...opts, replaceOnChanges: ["url"] } });
      const hook = (name, opts) => new up42.Webhook(name, {
        url: "https://example.com/" + name + "/${path}", events: ["order.status"], active: true,
      }, opts);
      ${hooks}`;
    const { project, emulator } = await start(program("one"));
    await project.up();
    const before = emulator.webhooks();
    await project.writeProgram(script(program("two")));
    await project.up();
    const after = emulator.webhooks();
    expect(after.map(({ url }) => url).sort()).toEqual(
      before.map(({ name }) => `https://example.com/${name}/two`).sort(),
    );
    const ids = new Set(before.map(({ id }) => id));
    expect(after.filter(({ id }) => ids.has(id))).toEqual([]);
  });

  test("the option import is refused, with the way", async () => {
    const { project } = await start(`new up42.Webhook("orders", { ${ARGS} }, { import: "some-id" });`);
    const { stdout } = await project.preview({ expectFailure: true });
    expect(stdout).toContain('Failed to import webhook "orders"');
    expect(stdout).toContain("npx pulumi-up42 import some-id");
    expect(stdout).not.toMatch(/^\s+at /m);
  });

  test("a plain secret of transforms, and one that a colleague set, is a secret in the state", async () => {
    const secret = "canary-of-a-transform";
    const { project, emulator } = await start(`
      const set = ({ props, opts }) => ({ props: { ...props, secret: "${secret}" }, opts });
      const hook = (name, opts) =>
        new up42.Webhook(name, { url: "https://example.com/" + name, events: ["order.status"], active: true }, opts);
      hook("one", { transforms: [set] });
      hook("two", { transformations: [set] });
      exports.done = true;`);
    await project.up();
    expect(emulator.webhooks().map((webhook) => webhook.secret)).toEqual([secret, secret]);
    expect((await project.exportStack()).text).not.toContain(secret);
    const colleague = await loginAs(emulator);
    for (const { id } of emulator.webhooks()) {
      await colleague.change(id, { secret: "canary-of-a-colleague" });
    }
    const preview = await project.preview({ args: ["--refresh", "--diff"] });
    await project.refresh();
    expect(preview.stdout + (await project.exportStack()).text).not.toContain("canary-of-a-colleague");
  });

  test("a plain secret of a stack's transformation is a secret in the state", async () => {
    const secret = "canary-of-a-stack";
    const { project, emulator } = await start(`
      pulumi.runtime.registerStackTransformation(({ props, opts }) =>
        ({ props: props.url === undefined ? props : { ...props, secret: "${secret}" }, opts }));
      new up42.Webhook("orders", { ${ARGS} });`);
    await project.up();
    expect(onlyWebhook(emulator).secret).toBe(secret);
    expect((await project.exportStack()).text).not.toContain(secret);
  });

  test("a secret that a colleague sets is shown nowhere, and only one that the program decides on is taken away", async () => {
    const secret = "canary-of-a-colleague";
    const { project, emulator } = await start(`
      new up42.Webhook("decided", { ${ARGS} });
      new up42.Webhook("ignored", { ${ARGS}, url: "https://example.com/ignored" }, { ignoreChanges: ["secret"] });`);
    await project.up();
    const colleague = await loginAs(emulator);
    for (const { id } of emulator.webhooks()) {
      await colleague.change(id, { secret });
    }
    const shown = [
      await project.preview({ args: ["--refresh", "--diff"] }),
      await project.preview({ args: ["--refresh", "--json"] }),
      await project.refresh({ args: ["--diff"] }),
    ];
    const { text } = await project.exportStack();
    const up = await project.up();
    for (const { stdout, stderr, events } of [...shown, up]) {
      // Pulumi's SDK itself writes what it receives into its debug messages.
      const own = events.filter(({ diagnosticEvent }) => diagnosticEvent?.severity !== "debug");
      expect([stdout, stderr, JSON.stringify(own)].join("\n")).not.toContain(secret);
    }
    expect(text + (await project.exportStack()).text).not.toContain(secret);
    expect(up.changes).toMatchObject({ update: 1 });
    const secrets = Object.fromEntries(emulator.webhooks().map((webhook) => [webhook.name, webhook.secret]));
    expect(secrets).toEqual({ decided: "", ignored: secret });
  });

  test("Webhook.get of a webhook with a secret keeps it a secret", async () => {
    const { project, emulator } = await start("");
    const secret = "canary-of-get";
    const webhook = { name: "theirs", url: "https://example.com/theirs", events: ["job.status"], secret };
    const id = await (await loginAs(emulator)).create(webhook);
    await project.writeProgram(script(`up42.Webhook.get("theirs", "${id}");`));
    await project.up();
    await project.refresh();
    expect((await project.exportStack()).text).not.toContain(secret);
  });
});

/** Deploys a webhook and lists the workspace's, in one process whose environment is not that of the deployment. */
const INLINE = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const { Webhook, getWebhooks } = require("pulumi-up42");
const { config, envVars } = JSON.parse(process.argv[2]);
const program = async () => {
  new Webhook("orders", { ${ARGS} });
  return { before: (await getWebhooks()).map(({ name }) => name) };
};
(async () => {
  const settings = { projectSettings: { name: "inline", runtime: "nodejs", main: __dirname }, envVars };
  const stack = await LocalWorkspace.createOrSelectStack({ stackName: "inline", projectName: "inline", program }, settings);
  for (const [key, value] of Object.entries(config)) await stack.setConfig(key, { value, secret: key.endsWith("password") });
  const { outputs } = await stack.up();
  console.log(JSON.stringify(outputs.before.value));
})().catch((error) => { console.log(String(error)); process.exitCode = 1; });
`;

describe("an inline program of the Automation API", () => {
  const OF_DEPLOYMENT = { ...DEMO_ACCOUNT, username: "b@up42.example", password: "password-of-b" };
  let ofShell: Emulator;
  let deployment: TestDeployment;

  beforeEach(async () => {
    ofShell = await startEmulator();
    deployment = await startDeployment({ emulator: { accounts: [OF_DEPLOYMENT] }, program: () => "" });
    await writeFile(join(deployment.project.folder, "inline.js"), INLINE);
  });

  afterEach(() => Promise.all([ofShell?.close(), deployment?.close()]));

  /** The shell names account A; the deployment is given account B. */
  const run = async (config: Record<string, string>) => {
    const { project, emulator } = deployment;
    const { username, password, workspaceId } = OF_DEPLOYMENT;
    const envVars = {
      UP42_API_URL: emulator.url,
      UP42_USERNAME: username,
      UP42_PASSWORD: password,
      UP42_WORKSPACE_ID: workspaceId,
    };
    const args = [join(project.folder, "inline.js"), JSON.stringify({ config, envVars })];
    const env = { ...project.env, ...demoEnvironment(ofShell.url) };
    return await runCommand(process.execPath, args, { cwd: project.folder, env });
  };

  test("reads the account that the stack's configuration names, and never the shell's", async () => {
    const { emulator } = deployment;
    const theirs = { name: "theirs", url: "https://example.com/b", events: ["job.status"] };
    await (await loginAs(emulator, OF_DEPLOYMENT)).create(theirs);
    const { username, password, workspaceId } = OF_DEPLOYMENT;
    const { stdout } = await run({
      "up42:apiUrl": emulator.url,
      "up42:username": username,
      "up42:password": password,
      "up42:workspaceId": workspaceId,
    });
    expect(stdout).toContain('["theirs"]');
    expect(
      emulator
        .webhooks()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["orders", "theirs"]);
    expect(ofShell.requests).toEqual([]);
  });

  test("fails in plain words when the stack's configuration is not complete", async () => {
    const { stdout } = await run({
      "up42:apiUrl": deployment.emulator.url,
      "up42:username": "b@up42.example",
    });
    expect(stdout).toContain(
      "The UP42 credentials are incomplete: found up42:username, but not up42:password.",
    );
    expect(stdout).toContain("functions read the stack's configuration only");
    expect(ofShell.requests).toEqual([]);
  });
});
