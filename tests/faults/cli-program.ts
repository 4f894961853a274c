import { type Command, IN_COMPONENT, type Program } from "./stack";

/** The source of a program for the real CLI; with a test that fails, if wanted. */
export function cliProgram({ program, replaced, deletesFirst }: Command, failsTest: boolean): string {
  const lines = [...program].map(([name, { secret, isOfProfileB, ...args }]) => {
    const isInComponent = name.startsWith(IN_COMPONENT);
    const more = [
      secret === undefined ? "" : `secret: config.requireSecret(${JSON.stringify(keyOf(name))}),`,
      isOfProfileB === true ? 'profile: "b",' : "",
    ];
    const options = [
      isInComponent ? "parent: group," : "",
      name === replaced && deletesFirst === true ? "deleteBeforeReplace: true," : "",
    ];
    const label = isInComponent ? name.slice(IN_COMPONENT.length) : name;
    return `webhooks.push(new Webhook(${JSON.stringify(label)}, { ...${JSON.stringify(args)}, ${more.join(" ")} }, { ${options.join(" ")} }));`;
  });
  return [
    'const { ComponentResource, Config } = require("@pulumi/pulumi");',
    'const { Webhook, WebhookTest } = require("pulumi-up42");',
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
