import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { createProject, type PulumiProject, WORKSPACE } from "../support/pulumi";
import { canary, expectNoCanaries } from "../support/secrets";

/** The policy pack, run by the real CLI, on programs that it refuses. One that it allows is run by its README. */

const PACK = join(WORKSPACE, "examples", "policy");
const SHORT = canary("short").slice(0, 31);

/** Resources that a program may hold; `Generated` has a secret that is not known at preview. */
const PROGRAM = `
  const pulumi = require("@pulumi/pulumi");
  const { Webhook, WebhookTest } = require("pulumi-up42");
  class Generated extends pulumi.dynamic.Resource {
    constructor(name, value) {
      super({ create: async ({ input }) => ({ id: "1", outs: { value: input } }) }, name,
        { input: pulumi.secret(value), value: undefined }, { additionalSecretOutputs: ["value"] });
    }
  }
  const events = ["order.status"];
  const untested = (name, args) => new Webhook(name, { url: "https://hooks.example.com/up42", events, active: true, ...args });
  const tested = (name, args) => {
    const webhook = untested(name, args);
    new WebhookTest(name, { webhookId: webhook.id, timeoutSeconds: 1 });
  };
`;

let emulator: Emulator;
let project: PulumiProject;

beforeEach(async () => {
  emulator = await startEmulator();
});

afterEach(async () => {
  await project?.dispose();
  await emulator?.close();
});

async function start(program: string): Promise<void> {
  const { url, username, password } = { ...emulator, ...DEMO_ACCOUNT };
  const env = { UP42_API_URL: url, UP42_USERNAME: username, UP42_PASSWORD: password };
  project = await createProject({ program: PROGRAM + program, env });
}

/** The arguments that let a command use the pack with a configuration. */
async function withPack(config: object): Promise<string[]> {
  const file = join(project.folder, "policies.json");
  await writeFile(file, JSON.stringify(config));
  return ["--policy-pack", PACK, "--policy-pack-config", file];
}

test("the preview names every violation, and what to do; a value that is not known yet is none", async () => {
  await start(`
    const secret = new Generated("generated", ${JSON.stringify(canary("generated"))}).value;
    tested("good", { secret });
    tested("plain", { url: "http://127.0.0.1:1/up42", secret });
    tested("elsewhere", { url: "https://example.org/up42", secret });
    tested("lookalike", { url: "https://evil-example.com/up42", secret });
    tested("unsigned", {});
    tested("short", { secret: ${JSON.stringify(SHORT)} });
    tested("inactive", { active: undefined, secret });
    untested("untested", { secret });
  `);
  const config = {
    "webhook-allowed-hosts": { hosts: ["*.example.com", "127.0.0.1"] },
    "webhook-active": { stacks: ["dev"] },
  };
  const preview = await project.preview({ args: await withPack(config), expectFailure: true });
  const mandatory = preview.violations.filter(({ level }) => level === "mandatory");
  expect(mandatory.map(({ policy, name }) => `${policy} ${name}`).sort()).toEqual([
    "webhook-active inactive",
    "webhook-allowed-hosts elsewhere",
    "webhook-allowed-hosts lookalike",
    "webhook-https plain",
    "webhook-secret short",
    "webhook-secret unsigned",
    "webhook-tested untested",
  ]);
  const messages = mandatory.map(({ message }) => message).join("\n");
  for (const advice of [
    "Give it a URL that starts with https://.",
    "The webhook sends to example.org, which is not one of the allowed hosts (*.example.com, 127.0.0.1).",
    "The webhook has no secret",
    "Give it one of 32 characters or more, for instance from `openssl rand -base64 32`.",
    'in the stack "dev", which is production. Set `active: true`',
    'The webhook "untested" has no test',
  ]) {
    expect(messages).toContain(advice);
  }
  expectNoCanaries([SHORT], { messages, output: preview.stdout + preview.stderr });
  expect(emulator.webhooks()).toEqual([]);
});

test("by default prod alone is production; a secret is judged once it is known, before the webhook is created", async () => {
  await start(`
    const secretOf = (name, value) => new Generated(name, value).value;
    untested("good", { secret: secretOf("long", ${JSON.stringify(canary("long"))}) });
    untested("short", { secret: secretOf("guessable", ${JSON.stringify(SHORT)}) });
    untested("inactive", { active: undefined, secret: ${JSON.stringify(canary("inactive"))} });
  `);
  const args = await withPack({ "webhook-tested": "disabled" });
  const preview = await project.preview({ args });
  expect(preview.violations.map(({ name }) => name).sort()).toEqual(["good", "short"]);
  for (const { level, message } of preview.violations) {
    expect([level, message]).toEqual(["advisory", expect.stringContaining("can't be known during preview")]);
  }

  await project.run(["stack", "init", "prod", "--no-select"]);
  const prod = await project.preview({ args: [...args, "--stack", "prod"], expectFailure: true });
  const refused = prod.violations.filter(({ level }) => level === "mandatory");
  expect(refused).toMatchObject([{ policy: "webhook-active", name: "inactive" }]);
  expect(refused[0]?.message).toContain('in the stack "prod", which is production');

  const up = await project.up({ args, expectFailure: true });
  expect(up.violations).toMatchObject([{ policy: "webhook-secret", name: "short", level: "mandatory" }]);
  expectNoCanaries([SHORT], { output: up.stdout + up.stderr });
  expect(emulator.webhooks().map(({ name }) => name)).not.toContain("short");
});
