import { DEMO_ACCOUNT } from "up42-emulator";
import type { CommandResult } from "../../tools/process.mjs";
import { type ForeignAnswer, startProxy, type TestProxy } from "../support/broken-proxy";
import { script, startDeployment, type TestDeployment } from "../support/deployment";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs, onlyWebhook } from "../support/up42-account";
import { runUp42 } from "../support/up42-command";

const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;
const ARGS = { url: "https://example.com/up42", events: ["order.status"], active: true };
const TEST_URN = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/up42:WebhookTest::test";

const hook = (resource: string, args: object = {}): string =>
  `const ${resource} = new up42.Webhook("${resource}", ${JSON.stringify({ ...ARGS, ...args })});`;
const testOf = (resource: string): string =>
  `new up42.WebhookTest("test", { webhook: ${resource}, timeoutSeconds: 1 });`;

/** UP42's own refusal, in these words. */
const refusal = (message: string): ForeignAnswer => ({
  status: 400,
  body: JSON.stringify({ data: null, error: { code: "BAD_REQUEST", message } }),
});

/** What UP42 answers to a test that fails, in these words. */
const failedTest = (said: string): ForeignAnswer => {
  const startedAt = new Date().toISOString();
  const tests = [{ eventName: "order.status", success: false, message: said, response: said, startedAt }];
  const data = { startedAt, testsRun: 1, testsSucceeded: 0, testsFailed: 1, tests };
  return { status: 200, body: JSON.stringify({ data, error: null }) };
};

let deployment: TestDeployment;
let proxy: TestProxy;

/** A project whose requests all go through the proxy. */
const start = async (program: string, config: Record<string, string> = {}): Promise<TestDeployment> => {
  deployment = await startDeployment({ program: () => program, config, publishedHost: true });
  proxy = await startProxy(deployment.emulator.url);
  deployment.project.env.UP42_API_URL = proxy.url;
  return deployment;
};
const write = (statements: string): Promise<void> => deployment.project.writeProgram(script(statements));
const textOf = ({ stdout, stderr }: CommandResult): string => `${stdout}\n${stderr}`;

/** The messages that Pulumi shows below "Diagnostics", line by line. */
const diagnosticsOf = ({ stdout }: CommandResult): string[] => {
  const [, shown = ""] = stdout.split(/^Diagnostics:$/m);
  const [own = ""] = shown.split(/^(?:Outputs|Resources|Duration):/m);
  // Pulumi writes the messages of a resource below its name.
  return own.split("\n").filter((line) => /^ {4}/.test(line));
};

afterEach(async () => {
  await proxy?.close();
  await deployment?.close();
});

describe("a stored secret that an answer repeats is hidden", () => {
  const secret = canary("echo");
  /** The part of it that no encoder changes. */
  const [core = ""] = /[0-9a-f]{24}/.exec(secret) ?? [];
  const codes = (spell: (hex: string) => string): string =>
    secret.replace(/[^\w-]/g, (one) => spell(one.charCodeAt(0).toString(16).padStart(4, "0")));
  const said = [
    secret,
    JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
    codes((hex) => `\\u${hex}`),
    encodeURIComponent(secret).toLowerCase(),
    codes((hex) => `&#x${hex};`),
    secret.replaceAll('"', "&quot;"),
  ].join(" | ");
  const OWNER = `const orders = new up42.Webhook("orders", { ...${JSON.stringify(ARGS)}, secret: new pulumi.Config().requireSecret("secret") });`;

  const texts: Record<string, string> = {};
  const keep = (name: string, result: CommandResult): void => {
    texts[name] = textOf(result);
    expect(texts[name]).toContain("[secret]");
  };

  test("during refresh, a test on its own, our own command, and destroy", async () => {
    const { project } = await start(OWNER);
    await project.configure({ "test:secret": { secret } });
    await project.up();

    proxy.intercept(({ method, path }) =>
      method === "GET" && path.startsWith(`${WEBHOOKS}/`) ? { answer: refusal(said) } : undefined,
    );
    keep("refresh", await project.refresh({ expectFailure: true }));

    proxy.intercept(({ path }) => (path.endsWith("/tests") ? { answer: failedTest(said) } : undefined));
    await write(OWNER + testOf("orders"));
    keep("test", await project.up({ args: ["--target", TEST_URN], expectFailure: true }));
    texts.state = (await project.exportStack()).text;
    expect(texts.state).toContain("[secret]");
    keep(
      "command",
      await runUp42(["test", "--all", "--timeout", "1"], { cwd: project.folder, env: project.env }),
    );

    proxy.intercept(({ method }) => (method === "DELETE" ? { answer: refusal(said) } : undefined));
    keep("destroy", await project.destroy({ expectFailure: true }));
    expectNoCanaries([secret, core], texts);
  });
});

describe("what comes from outside writes no lines of its own", () => {
  /** A CI takes such a line for a command, also with white space before it. */
  const COMMAND = /^\s*::/m;
  const hostile = "no\n::error::owned\r\n\t::warning::owned\u2028::notice::owned\u001b[31m";

  const printed: string[] = [];
  const keep = (result: CommandResult): void => {
    printed.push(textOf(result));
    expect(textOf(result)).toContain("::error::owned");
  };

  test("not the messages and names of UP42's, nor those of receivers", async () => {
    const { project, emulator } = await start(hook("orders"));
    await project.up();

    proxy.intercept(({ method }) => (method === "PUT" ? { answer: refusal(hostile) } : undefined));
    await write(hook("orders", { active: false }));
    keep(await project.up({ expectFailure: true }));

    proxy.intercept(({ path }) => (path.endsWith("/tests") ? { answer: failedTest(hostile) } : undefined));
    await write(hook("orders") + testOf("orders"));
    keep(await project.up({ expectFailure: true }));
    keep(await runUp42(["test", "--all", "--timeout", "1"], { cwd: project.folder, env: project.env }));

    // UP42 has another name than the program, in the list and in single answers.
    proxy.intercept(({ method, path }) =>
      method === "GET" && path.startsWith(WEBHOOKS)
        ? { respell: (body) => body.replaceAll('"name":"orders"', `"name":${JSON.stringify(hostile)}`) }
        : undefined,
    );
    await write(hook("orders"));
    keep(await project.preview({ args: ["--refresh", "--diff"] }));
    keep(await project.refresh({ args: ["--diff"] }));
    keep(await runUp42(["test", "--all", "--timeout", "1"], { cwd: project.folder, env: project.env }));
    await (await loginAs(emulator)).create({ ...ARGS, name: "orders", url: "https://example.com/another" });
    keep(await runUp42(["import", "--all"], { cwd: project.folder, env: project.env }));

    for (const text of printed) {
      expect(text).not.toMatch(COMMAND);
      expect(text).not.toContain("\u001b");
    }
  });
});

describe("an error", () => {
  test("stands in the first three lines, once, with the resource's name", async () => {
    const { project } = await start(hook("orders"));
    await project.up();
    for (const [command, method] of [
      ["refresh", "GET"],
      ["destroy", "DELETE"],
    ] as const) {
      proxy.intercept((request) =>
        request.method === method && request.path.startsWith(`${WEBHOOKS}/`)
          ? { answer: refusal("the reason") }
          : undefined,
      );
      const failed = await project[command]({ expectFailure: true });
      const lines = diagnosticsOf(failed);
      expect(lines.slice(0, 3).join("\n")).toMatch(/"orders".*the reason/s);
      const own = lines.find((line) => line.includes("the reason")) ?? "";
      expect(own.indexOf("the reason")).toBeLessThan(3 * 80);
      expect(textOf(failed)).not.toMatch(/Up42Error|engine shows it/);
    }
  });

  test("of a test on two events is not buried by what was tried", async () => {
    const both = { events: ["job.status", "order.status"] };
    const { project, receiver } = await start("");
    receiver.answer(503);
    await write(
      hook("orders", { ...both, url: receiver.url }) +
        `new up42.WebhookTest("test", { webhook: orders, timeoutSeconds: 4 });`,
    );
    const failed = await project.up({ expectFailure: true });
    const own = diagnosticsOf(failed).filter(
      (line) => line.includes("orders") || line.includes("order.status"),
    );
    expect(own.length).toBeLessThanOrEqual(3);
    expect(own.join("\n")).toMatch(
      /Failed to test webhook "orders" \(503 Service Unavailable from http\S+\): job\.status, order\.status: .*503/,
    );
  });

  test("is each resource's own, when one list fails for all of them", async () => {
    const { project } = await start(hook("alpha") + hook("beta", { url: "https://example.com/beta" }));
    await project.up();
    proxy.intercept(({ method, path }) =>
      method === "GET" && path === WEBHOOKS ? { answer: refusal("no list today") } : undefined,
    );
    const failed = await project.destroy({ args: ["--continue-on-error"], expectFailure: true });
    for (const name of ["alpha", "beta"]) {
      expect(failed.stdout).toMatch(new RegExp(`Failed to delete webhook "${name}" .*: no list today`));
    }
    expect(failed.stdout).not.toMatch(/Failed[^\n]*(alpha[^\n]*beta|beta[^\n]*alpha)/);
  });

  test("names the settings of its own profile, and gives UP42's reasons word for word", async () => {
    const { project } = await start(hook("orders", { name: "EU : orders", profile: "team-a" }), {
      "up42-team-a:username": DEMO_ACCOUNT.username,
      "up42-team-a:workspaceId": DEMO_ACCOUNT.workspaceId,
    });
    project.env.UP42_TEAM_A_API_URL = proxy.url;
    const incomplete = await project.preview({ expectFailure: true });
    expect(incomplete.stdout).toContain("found up42-team-a:username, but not up42-team-a:password");
    await project.configure({ "up42-team-a:password": { secret: "wrong" } });
    const refused = await project.preview({ expectFailure: true });
    expect(refused.stdout).toMatch(
      /Failed to check webhook "EU : orders": .*Check that up42-team-a:username and up42-team-a:password/,
    );
    expect(refused.stdout).not.toMatch(/[^-/]up42:[a-z]/);

    await project.configure({ "up42-team-a:password": { secret: DEMO_ACCOUNT.password } });
    const body = JSON.stringify({
      data: null,
      errors: [{ message: "quota : 10" }, { message: "ask sales" }],
    });
    proxy.intercept(({ method, path }) =>
      method === "POST" && path === WEBHOOKS ? { answer: { status: 422, body } } : undefined,
    );
    const failed = await project.up({ expectFailure: true });
    expect(failed.stdout).toMatch(
      /Failed to create webhook "EU : orders": .*HTTP 422: quota : 10; ask sales/,
    );
  });

  test("of a profile that was renamed says what the state still names; `up` moves the resources", async () => {
    const { project, emulator } = await start("");
    const { username, password } = DEMO_ACCOUNT;
    const account = (profile: string) => ({
      [`UP42_${profile}_USERNAME`]: username,
      [`UP42_${profile}_PASSWORD`]: password,
      [`UP42_${profile}_API_URL`]: proxy.url,
    });
    // A program without a profile would find these.
    Object.assign(project.env, { UP42_USERNAME: "", UP42_PASSWORD: "", UP42_API_URL: "" });
    await write(hook("orders", { profile: "old" }));
    await project.up({ env: account("OLD") });
    const { id } = onlyWebhook(emulator);

    const env = account("NEW");
    await write(hook("orders", { profile: "new" }));
    for (const command of ["refresh", "destroy"] as const) {
      const refused = await project[command]({ env, expectFailure: true });
      expect(refused.stdout).toMatch(
        /No UP42 credentials were found\..*the profile "old".*keep the settings of up42-old until/s,
      );
    }
    await project.up({ env });
    await project.refresh({ env, args: ["--expect-no-changes"] });
    expect(onlyWebhook(emulator).id).toBe(id);
    await project.destroy({ env });
    expect(emulator.webhooks()).toEqual([]);
  });
});
