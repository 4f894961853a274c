import fc from "fast-check";
import { ModuleKind, transpile } from "typescript";
import * as v from "valibot";
import { type Imported, importFile, sealed, unsealed } from "../../provider/src/cli/import-file";
import { nextSteps, warnings } from "../../provider/src/cli/import-steps";
import { resourceNames } from "../../provider/src/cli/names";
import { programFor, secretKey } from "../../provider/src/cli/program";
import { PulumiCli } from "../../provider/src/cli/pulumi-cli";
import { seal, secretOf } from "../../provider/src/cli/seal";
import { canImport, ownedIds, takenNames } from "../../provider/src/cli/stack";
import { checkWebhook } from "../../provider/src/lifecycle/webhook/check";
import { createWebhook } from "../../provider/src/lifecycle/webhook/create";
import { webhookInputs } from "../../provider/src/lifecycle/webhook/fields";
import type { RemoteWebhook } from "../../provider/src/up42/webhook";
import { MemoryApi } from "../support/memory-api";
import { callOver } from "../support/session";

const SECRET = "s3cret";

const File = v.object({
  resources: v.tuple([
    v.object({
      inputs: v.looseObject({ __provider: v.string() }),
      outputs: v.looseObject({ __provider: v.string() }),
    }),
  ]),
});

function webhook(changes: Partial<RemoteWebhook> = {}): RemoteWebhook {
  return {
    id: "b7e754ae-7c77-499d-b627-84458912d413",
    name: "Orders",
    url: "https://example.com/orders",
    events: ["order.status"],
    active: true,
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-02T00:00:00Z",
    ...changes,
  };
}

const imported = (changes: Partial<Imported> = {}): Imported => ({
  name: "orders",
  webhook: webhook(),
  workspaceId: "ws",
  profile: undefined,
  ...changes,
});

/** Runs a printed program with a Webhook that only notes its arguments, and completes them as the real one does. */
function argumentsIn(program: string): Record<string, unknown> {
  const declared: Record<string, unknown>[] = [];
  class Webhook {
    constructor(name: string, args: Record<string, unknown>) {
      declared.push({ ...args, name: args.name ?? name });
    }
  }
  class Config {
    requireSecret = () => SECRET;
  }
  const script = transpile(program, { module: ModuleKind.CommonJS });
  new Function("require", "exports", script)(() => ({ Webhook, Config }), {});
  expect(declared).toHaveLength(1);
  return declared[0] ?? {};
}

describe("an imported webhook is what the printed program makes of it", () => {
  const anyWebhook = fc.record({
    name: fc
      .string({ unit: "binary", minLength: 1 })
      .filter((name) => name.trim() !== "" && !/\p{C}/u.test(name)),
    url: fc.webUrl({ validSchemes: ["https"], withQueryParameters: true, withFragments: true }),
    events: fc.constantFrom(["job.status"], ["order.status"], ["job.status", "order.status"]),
    active: fc.boolean(),
    secret: fc.constantFrom(undefined, SECRET),
  });

  test("whatever its properties: check and create give the file's inputs and outputs", async () => {
    const property = fc.asyncProperty(
      anyWebhook,
      fc.constantFrom(undefined, "team-a"),
      fc.boolean(),
      async (changes, profile, nameWorkspace) => {
        const one = imported({ webhook: webhook(changes), profile });
        const { id, secret, createdAt, updatedAt } = one.webhook;
        const secrets = new Map(secret === undefined ? [] : [[id, unsealed(secret)] as const]);
        const [resource] = v.parse(File, importFile([one], secrets)).resources;
        const { __provider, ...inputs } = withSecretsIn(resource.inputs);

        const program = programFor([one], { withSecret: new Set(secrets.keys()), nameWorkspace });
        const { session, call } = callOver(new MemoryApi(), { workspaceId: undefined });
        const checked = await checkWebhook(call, inputs, argumentsIn(program));
        expect(checked).toEqual({ inputs, failures: [] });

        const { state } = await createWebhook(session, call, v.parse(webhookInputs, checked.inputs));
        expect(withSecretsIn(resource.outputs)).toEqual({ ...state, __provider, createdAt, updatedAt });
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  test("nothing invisible is printed", () => {
    const name = "a\u001b[31m\u202eb\u{e0001}";
    const program = programFor([imported({ webhook: webhook({ name }) })], {
      withSecret: new Set(),
      nameWorkspace: true,
    });
    expect(program).not.toMatch(/[^\P{C}\n]/u);
    expect(argumentsIn(program)).toMatchObject({ name, workspaceId: "ws" });
  });

  test("a sealed secret is written as Pulumi writes one", () => {
    const { resources } = importFile([imported()], new Map([[webhook().id, sealed("v1:abc")]]));
    expect(resources).toEqual([
      expect.objectContaining({
        inputs: expect.objectContaining({
          secret: {
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            ciphertext: "v1:abc",
          },
        }),
      }),
    ]);
  });
});

describe("secrets on their way into the file", () => {
  const options = { cwd: "/nowhere" };

  test("stand in clear, and are said to, when the stack's way of encrypting is not known", async () => {
    const state = { secrets_providers: { type: "something new", state: {} }, resources: [] };
    const one = imported({ webhook: webhook({ secret: SECRET }) });
    expect(await seal(new PulumiCli(options), state, [one])).toEqual({
      secrets: new Map([[one.webhook.id, unsealed(SECRET)]]),
      areEncrypted: false,
    });
  });

  test.each([[undefined], ["********"], ["QW********nu"]])("%s is none that could be imported", (secret) => {
    expect(secretOf(webhook({ secret }))).toBeUndefined();
  });
});

describe("the names of imported resources", () => {
  test.each([
    ["My alert for job and order statuses", "my-alert-for-job-and-order-statuses"],
    ["Ördérs & Jøbs!", "orders-j-bs"],
    ["  ", "webhook"],
    ["注文", "webhook"],
    ["x".repeat(100), "x".repeat(60)],
  ])("%j becomes %j", (name, expected) => {
    expect([...resourceNames([{ id: "id-1", name }], new Set()).values()]).toEqual([expected]);
  });

  test("are valid, unique, and not changed by webhooks that are made later", () => {
    const names = fc.array(fc.constantFrom("Orders", "orders!", "órders", "jobs", "", "!"), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(names, names, (earlier, later) => {
        // Half of the ids begin alike.
        const all = [...earlier, ...later].map((name, index) => ({
          id: `${index % 2}2345678-${index}`,
          name,
        }));
        const before = resourceNames(all.slice(0, earlier.length), new Set(["jobs"]));
        const after = resourceNames(all, new Set(["jobs"]));
        expect([...after].slice(0, earlier.length)).toEqual([...before]);
        expect(new Set([...after.values(), "jobs"]).size).toBe(all.length + 1);
        for (const name of after.values()) {
          expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        }
      }),
    );
  });
});

describe("what the stack has", () => {
  const type = "pulumi-nodejs:dynamic/up42:Webhook";
  const urn = (name: string) => `urn:pulumi:dev::test::${type}::${name}`;

  test("owned webhooks are kept apart from those that are only read, and from other resources", () => {
    const state = {
      resources: [
        { urn: urn("owned"), type, id: "1" },
        { urn: urn("read"), type, id: "2", external: true },
        { urn: urn("plugin's"), type: "up42:index:Webhook", id: "4" },
        { urn: "urn:pulumi:dev::test::pulumi:pulumi:Stack::test-dev", type: "pulumi:pulumi:Stack" },
        { urn: "urn:pulumi:dev::test::other:x:Y::y", type: "other:x:Y", id: "3" },
      ],
    };
    expect([...ownedIds(state)]).toEqual(["1", "4"]);
    expect([...takenNames(state)]).toEqual(["owned", "read", "plugin's"]);
  });

  test.each([
    ["v3.254.0", true],
    ["v3.253.9", false],
    ["3.300.1-alpha.1+dirty", true],
    ["v4.0.0", true],
    ["v2.999.0", false],
    ["unknown", false],
  ])("a Pulumi CLI %s can import: %p", (version, expected) => {
    expect(canImport(version)).toBe(expected);
  });
});

describe("what the user reads", () => {
  const prepared = {
    imported: [imported()],
    file: "my file.json",
    stack: "team/app/dev",
    withSecret: [imported()],
    secretsAreSet: false,
    areEncrypted: true,
  };

  test("the commands, for a shell", () => {
    expect(nextSteps(prepared)).toBe(
      [
        "Wrote 1 webhook to my file.json, with secrets that only this stack can decrypt. What to do next:",
        "  1. Add the program above to yours.",
        "  2. Give the program the secrets (or let this command do it, with --set-secrets):",
        `     pulumi config set --secret ${secretKey("orders")} --stack team/app/dev`,
        "  3. pulumi import --file 'my file.json' --generate-code=false --protect=false --stack team/app/dev",
        "  4. pulumi preview --expect-no-changes --stack team/app/dev",
        "  5. rm 'my file.json'",
      ].join("\n"),
    );
  });

  test("that secrets stand in clear, when they do", () => {
    expect(nextSteps({ ...prepared, areEncrypted: false })).toContain("secrets stand in it in clear");
    expect(nextSteps({ ...prepared, areEncrypted: false, withSecret: [] })).not.toContain("secrets");
  });

  test("what the provider is going to refuse", () => {
    expect(warnings([imported()])).toEqual([]);
    expect(warnings([imported({ webhook: webhook({ url: "http://example.com/" }) })])).toEqual([
      expect.stringMatching(
        /^warning: `pulumi up` is going to refuse "orders" as it is\. url: must start with https/,
      ),
    ]);
  });
});

function withSecretsIn(properties: Record<string, unknown>): Record<string, unknown> {
  const Plain = v.object({ plaintext: v.string() });
  const entries = Object.entries(properties).map(([key, value]) => {
    const secret = v.safeParse(Plain, value);
    return [key, secret.success ? JSON.parse(secret.output.plaintext) : value] as const;
  });
  return Object.fromEntries(entries);
}
