import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { type PassingRequest, startProxy, type TestProxy } from "../support/broken-proxy";
import { script } from "../support/deployment";
import {
  createProject,
  type Deployment,
  type ProjectFiles,
  type ProjectOptions,
  type PulumiProject,
} from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs } from "../support/up42-account";
import { reference, yamlProject } from "../support/yaml";

const WEBHOOK_SECRETS = ["first", "second", "third", "theirs"].map(canary);
const [FIRST = "", SECOND = "", THIRD = "", THEIRS = ""] = WEBHOOK_SECRETS;
const ACCOUNT = { ...DEMO_ACCOUNT, password: canary("password"), projectApiKey: canary("key") };

/** A project with one webhook for each way to log in. */
interface Door {
  readonly settings: (token: string) => Required<Pick<ProjectOptions, "program" | "config">>;
  /** Gives the webhooks another secret. */
  readonly rotate: (project: PulumiProject, secret: string, token: string) => Promise<unknown>;
}

/** Each way is a profile; all secrets come from the stack's configuration. */
const dynamic: Door = {
  settings: (token) => ({
    program: script(`
      const secret = new pulumi.Config().requireSecret("secret");
      for (const profile of [undefined, "key", "token"]) {
        const name = profile || "password";
        const args = { url: "https://example.com/" + name, events: ["order.status"], secret, profile };
        const webhook = new up42.Webhook(name, args);
        exports[name] = webhook.id;
        exports[name + "Secret"] = webhook.secret;
      }
    `),
    config: {
      "test:secret": { secret: FIRST },
      "up42:username": ACCOUNT.username,
      "up42:password": { secret: ACCOUNT.password },
      "up42-key:projectId": ACCOUNT.projectId,
      "up42-key:projectApiKey": { secret: ACCOUNT.projectApiKey },
      "up42-token:accessToken": { secret: token },
    },
  }),
  rotate: (project, secret) => project.run(["config", "set", "--secret", "test:secret", secret]),
};

/** Each way is an explicit provider; all secrets are the program's, since the CLI hides those of the configuration. */
const plugin: Door = {
  settings: (token) => ({ program: { files: pluginProgram(token, FIRST) }, config: {} }),
  rotate: (project, secret, token) => project.writeFiles(pluginProgram(token, secret)),
};

function pluginProgram(token: string, secret: string): ProjectFiles {
  const providers: Record<string, object> = {
    password: { username: ACCOUNT.username, password: { "fn::secret": ACCOUNT.password } },
    key: { projectId: ACCOUNT.projectId, projectApiKey: { "fn::secret": ACCOUNT.projectApiKey } },
    token: { accessToken: { "fn::secret": token } },
  };
  const names = Object.keys(providers);
  const declared = Object.entries(providers).map(([name, properties]) => ({
    [`${name}Account`]: { type: "pulumi:providers:up42", properties },
    [name]: {
      type: "up42:Webhook",
      properties: {
        url: `https://example.com/${name}`,
        events: ["order.status"],
        secret: { "fn::secret": secret },
      },
      options: { provider: reference(`${name}Account`) },
    },
  }));
  return yamlProject({
    resources: Object.assign({}, ...declared),
    outputs: Object.fromEntries(names.map((name) => [`${name}Secret`, reference(`${name}.secret`)])),
  });
}

/** Everything that Pulumi and its plugins log. */
const LOUD = ["-v=9", "--logtostderr", "--logflow"];

/** Pulumi itself then logs each property that it passes on, secrets in clear: all of a text but that. */
function withoutPulumisOwn(text: string): string {
  const lines = text.split(/\n|\\n/);
  return lines.filter((line) => !/arshaling property for RPC\[/.test(line)).join("\n");
}

describe.each([
  { door: "dynamic provider", provider: dynamic, others: 1 },
  { door: "plugin", provider: plugin, others: 4 },
])("$door: no secret stands in clear anywhere", ({ provider, others }) => {
  let emulator: Emulator;
  let proxy: TestProxy;
  let project: PulumiProject;
  let token: string;
  /** Everything that a command printed, wrote or logged, by its name. */
  const texts: Record<string, string> = {};
  const secrets = [...WEBHOOK_SECRETS, ACCOUNT.password, ACCOUNT.projectApiKey];

  beforeAll(async () => {
    emulator = await startEmulator({ accounts: [ACCOUNT] });
    proxy = await startProxy(emulator.url);
    ({ token } = await loginAs(emulator, ACCOUNT));
    secrets.push(token);
    project = await createProject({
      ...provider.settings(token),
      env: Object.fromEntries(
        ["UP42", "UP42_KEY", "UP42_TOKEN"].flatMap((prefix) => [
          [`${prefix}_API_URL`, proxy.url],
          [`${prefix}_WORKSPACE_ID`, ACCOUNT.workspaceId],
          [`${prefix}_MAX_RETRIES`, "1"],
        ]),
      ),
    });
  });

  afterAll(async () => {
    await Promise.all([project?.dispose(), emulator?.close(), proxy?.close()]);
  });

  afterEach(async () => {
    const issued = emulator.requests.map(
      ({ headers }) => headers.authorization?.replace(/^Bearer /, "") ?? "",
    );
    const { text: exported } = await project.exportStack();
    // A program in YAML is the one file that may hold them.
    const { "project/Pulumi.yaml": _program, ...files } = await project.files();
    const everything = { ...texts, ...files, exported };
    expectNoCanaries(
      [...new Set([...secrets, ...issued])].filter((secret) => secret !== ""),
      Object.fromEntries(Object.entries(everything).map(([name, text]) => [name, withoutPulumisOwn(text)])),
    );
  });

  const keep = (name: string, { stdout, stderr, events }: Deployment): void => {
    texts[name] = [stdout, stderr, JSON.stringify(events)].join("\n");
  };

  test("in a preview as JSON, and in its plan", async () => {
    const plan = join(project.folder, "plan.json");
    keep("preview", await project.preview({ args: ["--json", "--save-plan", plan] }));
    expect(await readFile(plan, "utf8")).toContain("ciphertext");
    expect(texts.preview).toContain("[secret]");
  });

  test("in the state after an up, though it is there for those who may decrypt it", async () => {
    keep("up", await project.up({ args: LOUD }));
    expect(emulator.webhooks().map(({ secret }) => secret)).toEqual([FIRST, FIRST, FIRST]);
    expect(await project.outputs()).toMatchObject({ passwordSecret: "[secret]", keySecret: "[secret]" });
    expect(await project.outputs({ showSecrets: true })).toMatchObject({ tokenSecret: FIRST });
  });

  test("when it is rotated, which is an update in place", async () => {
    const ids = emulator.webhooks().map(({ id }) => id);
    await provider.rotate(project, SECOND, token);
    const up = await project.up({ args: ["--diff"] });
    keep("rotation", up);
    expect(up.changes).toEqual({ same: others, update: 3 });
    expect(emulator.webhooks().map(({ id, secret }) => ({ id, secret }))).toEqual(
      ids.map((id) => ({ id, secret: SECOND })),
    );
  });

  test("when a colleague has changed it", async () => {
    const colleague = await loginAs(emulator, ACCOUNT);
    secrets.push(colleague.token);
    const [webhook] = emulator.webhooks();
    await colleague.change(webhook?.id ?? "", { secret: THEIRS });
    const refresh = await project.refresh({ args: ["--diff", ...LOUD] });
    keep("refresh", refresh);
    expect(refresh.changes).toMatchObject({ update: 1 });
  });

  test("when UP42 repeats in an error what was sent, in whatever form", async () => {
    await provider.rotate(project, THIRD, token);
    const forms: ((said: string) => { status: number; body: string; contentType?: string })[] = [
      (said) => ({
        status: 400,
        body: JSON.stringify({ data: null, error: { message: said, details: [said] } }),
      }),
      (said) => ({ status: 500, body: said, contentType: "text/plain" }),
      (said) => ({ status: 502, body: `<html><title>${said}</title></html>`, contentType: "text/html" }),
    ];
    const ids = emulator.webhooks().map(({ id }) => id);
    proxy.intercept(({ method, path, authorization, body }) => {
      const form = forms[ids.findIndex((id) => path.endsWith(id))];
      return method === "PUT" && form !== undefined
        ? { answer: form(`${authorization} ${body}`) }
        : undefined;
    });
    const up = await project.up({ expectFailure: true, args: ["--continue-on-error", ...LOUD] });
    keep("echoed update", up);
    expect(up.stdout).toMatch(/HTTP 400: .*\[secret\]/);
    expect(up.stdout).toMatch(/HTTP 500: .*\[secret\]/);
    expect(up.stdout).toMatch(/HTTP 502: a web page titled ".*\[secret\]/);
  });

  test("when a login is refused with what was sent", async () => {
    const echo = ({ authorization, body }: PassingRequest) => ({
      answer: {
        status: 401,
        body: JSON.stringify({ error: "invalid_grant", error_description: `no: ${authorization} ${body}` }),
      },
    });
    proxy.intercept(echo);
    const refused = await project.refresh({ expectFailure: true, args: LOUD });
    keep("refused logins", refused);
    const errors = refused.diagnostics.map(({ message }) => message).join("\n");
    expect(errors).toMatch(/refused the username and password .*\[secret\]/);
    expect(errors).toMatch(/refused the projectId and projectApiKey .*\[secret\]/);
    expect(errors).toMatch(/does not accept the access token .*\[secret\]/);
  });
});
