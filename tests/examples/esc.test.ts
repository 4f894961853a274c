import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { DEMO_ACCOUNT } from "up42-emulator";
import * as v from "valibot";
import { type Config, type ConfigSource, readConfig } from "../../provider/src/config/config";
import { WORKSPACE } from "../support/pulumi";

/** The example's ESC environment: its definition is well-formed, and says to the provider what it means to say. */

const EXAMPLE = join(WORKSPACE, "examples", "esc");

/** As much of ESC's format as the example uses: https://www.pulumi.com/docs/esc/environments/syntax/ */
const Reference = v.pipe(v.string(), v.regex(/^\$\{up42\.\w+\}$/));
const Definition = v.strictObject({
  values: v.strictObject({
    up42: v.record(v.string(), v.union([v.string(), v.strictObject({ "fn::secret": v.string() })])),
    pulumiConfig: v.record(v.string(), Reference),
    environmentVariables: v.record(v.string(), Reference),
  }),
});

const demo: Config = {
  credentials: { kind: "password", username: DEMO_ACCOUNT.username, password: DEMO_ACCOUNT.password },
  workspaceId: DEMO_ACCOUNT.workspaceId,
  namespace: "up42",
  allowHttp: false,
  apiUrl: "http://127.0.0.1:8042",
  authUrl: "http://127.0.0.1:8042",
  timeoutSeconds: 120,
  maxRetries: 5,
};

test("it is well-formed, and marks the password as a secret and nothing else", async () => {
  const { up42 } = await values();
  const secrets = Object.entries(up42).filter(([, value]) => typeof value !== "string");
  expect(secrets).toEqual([["password", { "fn::secret": DEMO_ACCOUNT.password }]]);
});

test("what it gives to stacks are names that the provider reads, and a complete configuration", async () => {
  const { pulumiConfig, ...rest } = await values();
  expect(namesRead().config).toEqual(expect.arrayContaining(Object.keys(pulumiConfig)));
  const config = resolve(pulumiConfig, rest.up42);
  expect(readConfig({ config: (key) => config[key], env: {} })).toEqual(demo);
});

test("what it gives to commands are names that the provider reads, and the same configuration", async () => {
  const { environmentVariables, ...rest } = await values();
  expect(namesRead().env).toEqual(expect.arrayContaining(Object.keys(environmentVariables)));
  const env = resolve(environmentVariables, rest.up42);
  expect(readConfig({ config: () => undefined, env })).toEqual(demo);
});

test("open.mjs exports just these variables", async () => {
  const { environmentVariables, up42 } = await values();
  const script = `eval "$('${process.execPath}' '${join(EXAMPLE, "open.mjs")}')"; env`;
  const { stdout } = await promisify(execFile)("sh", ["-c", script], { env: { PATH: process.env.PATH } });
  const exported = stdout.split("\n").filter((line) => line.startsWith("UP42_"));
  const expected = Object.entries(resolve(environmentVariables, up42)).map(
    ([name, value]) => `${name}=${value}`,
  );
  expect(exported.sort()).toEqual(expected.sort());
});

async function values(): Promise<v.InferOutput<typeof Definition>["values"]> {
  return v.parse(Definition, JSON.parse(await readFile(join(EXAMPLE, "environment.json"), "utf8"))).values;
}

/** Every name that the provider looks up when it reads its configuration. */
function namesRead(): { config: string[]; env: string[] } {
  const names = { config: new Set<string>(), env: new Set<string>() };
  const source: ConfigSource = {
    config: (key) => {
      names.config.add(key);
      return undefined;
    },
    env: new Proxy<Record<string, string>>(
      { UP42_ACCESS_TOKEN: "some" },
      {
        get: (variables, name) => {
          names.env.add(String(name));
          return Reflect.get(variables, name);
        },
      },
    ),
  };
  readConfig(source);
  return { config: [...names.config], env: [...names.env] };
}

/** Puts values in the place of references to them, as ESC does. */
function resolve(
  references: Readonly<Record<string, string>>,
  known: v.InferOutput<typeof Definition>["values"]["up42"],
): Record<string, string> {
  const dereference = (reference: string): string => {
    const value = known[reference.slice("${up42.".length, -1)];
    if (value === undefined) {
      throw new Error(`${reference} refers to nothing.`);
    }
    return typeof value === "string" ? value : value["fn::secret"];
  };
  return Object.fromEntries(
    Object.entries(references).map(([name, reference]) => [name, dereference(reference)]),
  );
}
