import { JAVASCRIPT, PLUGIN_FOLDER, type ProjectFiles } from "../support/pulumi";
import { type DoorKind, WEBHOOK_TYPES } from "./door";
import { type Command, IN_COMPONENT, type Program } from "./stack";

/** What a program has before its webhooks, by the door. An explicit provider is the plugin's way to a profile. */
const BEGINNINGS: Readonly<Record<DoorKind, string>> = {
  dynamic: 'const { Webhook, WebhookTest } = require("pulumi-up42");',
  plugin: `
const { CustomResource, ProviderResource } = require("@pulumi/pulumi");
const typed = (type) => class extends CustomResource {
  constructor(name, args, options) { super(type, name, args, options); }
};
const Webhook = typed("${WEBHOOK_TYPES.plugin}");
const WebhookTest = typed("${WEBHOOK_TYPES.plugin}Test");
const b = new Config("up42-b");
const settings = { workspaceId: b.require("workspaceId"), apiUrl: b.require("apiUrl") };
const login = { username: b.require("username"), password: b.requireSecret("password") };
const profileB = new ProviderResource("up42", "b", { ...settings, ...login });
`,
};

/** How a webhook belongs to the other profile: by an argument, or by an option. */
const OF_PROFILE_B: Readonly<Record<DoorKind, Readonly<Record<"argument" | "option", string>>>> = {
  dynamic: { argument: 'profile: "b",', option: "" },
  plugin: { argument: "", option: "provider: profileB," },
};

/** A project without a program. */
export function cliProject(door: DoorKind): { readonly files: ProjectFiles } {
  const plugins = { providers: [{ name: "up42", path: PLUGIN_FOLDER }] };
  const settings = { name: "test", runtime: JAVASCRIPT, ...(door === "plugin" ? { plugins } : {}) };
  return { files: { "Pulumi.yaml": JSON.stringify(settings), "package.json": '{ "main": "index.js" }' } };
}

/** The source of a program for the real CLI; with a test that fails, if wanted. */
export function cliProgram(
  { program, replaced, deletesFirst }: Command,
  door: DoorKind,
  failsTest: boolean,
): string {
  const lines = [...program].map(([name, { secret, isOfProfileB, ...args }]) => {
    const isInComponent = name.startsWith(IN_COMPONENT);
    const more = [
      secret === undefined ? "" : `secret: config.requireSecret(${JSON.stringify(keyOf(name))}),`,
      isOfProfileB === true ? OF_PROFILE_B[door].argument : "",
    ];
    const options = [
      isOfProfileB === true ? OF_PROFILE_B[door].option : "",
      isInComponent ? "parent: group," : "",
      name === replaced && deletesFirst === true ? "deleteBeforeReplace: true," : "",
    ];
    const label = isInComponent ? name.slice(IN_COMPONENT.length) : name;
    return `webhooks.push(new Webhook(${JSON.stringify(label)}, { ...${JSON.stringify(args)}, ${more.join(" ")} }, { ${options.join(" ")} }));`;
  });
  return [
    'const { ComponentResource, Config } = require("@pulumi/pulumi");',
    BEGINNINGS[door],
    "const config = new Config();",
    "const webhooks = [];",
    'const group = new ComponentResource("test:index:Group", "group");',
    ...lines,
    failsTest
      ? `new WebhookTest("fails", { webhook: webhooks[0], timeoutSeconds: 1 }, { dependsOn: webhooks });`
      : "",
  ].join("\n");
}

/** The configuration's secrets that the program takes. */
export function secretsIn(program: Program): readonly (readonly [string, string])[] {
  return [...program].flatMap(([name, { secret }]) =>
    typeof secret === "string" ? [[keyOf(name), secret] as const] : [],
  );
}

function keyOf(name: string): string {
  return name.replace("/", "-");
}
