import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { parse } from "yaml";
import { askForLanguage } from "../../provider/src/cli/init/ask";
import { projectName } from "../../provider/src/cli/init/init";
import { languages, managerFrom, template } from "../../provider/src/cli/init/templates";

const YamlProject = v.object({
  runtime: v.string(),
  config: v.record(v.string(), v.unknown()),
  resources: v.record(v.string(), v.object({ type: v.string() })),
});
const StackFile = v.object({ config: v.record(v.string(), v.string()) });

/** A stream of a terminal, or not. */
const stream = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY });

describe("the language of a new project", () => {
  test.each([
    ["javascript\n", "javascript"],
    ["  JavaScript \n", "javascript"],
    ["\n", "typescript"],
  ])("in a terminal, %j means %s", async (typed, language) => {
    const [stdin, stdout] = [stream(true), stream(true)];
    stdin.end(typed);
    expect(await askForLanguage({ stdin, stdout })).toBe(language);
    stdout.end();
    expect(await text(stdout)).toContain("Language of the program (typescript, or javascript");
  });

  test.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("is no longer asked for after %s, and the question's line ends", async (_, key) => {
    const [stdin, stdout] = [stream(true), stream(true)];
    stdin.write(key);
    await expect(askForLanguage({ stdin, stdout })).rejects.toThrow("Stopped; nothing was written.");
    stdout.end();
    expect(await text(stdout)).toMatch(/\n$/);
  });

  test.each([
    [false, true],
    [true, false],
    [false, false],
  ])("has a default where nobody can answer (input %s, output %s)", async (input, output) => {
    const [stdin, stdout] = [stream(input), stream(output)];
    expect(await askForLanguage({ stdin, stdout })).toBe("typescript");
    stdout.end();
    expect(await text(stdout)).toBe("");
  });
});

test.each([
  ["/projects/My Webhooks!", "my-webhooks"],
  ["/", "webhooks"],
  ["/projects/up42", "up42-webhooks"],
  ["/projects/Pulumi", "pulumi-webhooks"],
])("a project in %s is named %s, which is no namespace of other settings", (folder, name) => {
  expect(projectName(folder)).toBe(name);
});

describe("the files of a new project", () => {
  test.each(languages())("in %s, are complete, and have its name and our version", (language) => {
    const files = template(language, "npm", { name: "my-webhooks", version: "1.2.3" });
    expect(parse(files.get("Pulumi.yaml") ?? "")).toMatchObject({ name: "my-webhooks" });
    expect([...files.keys()]).toEqual(expect.arrayContaining([".gitignore", "Pulumi.dev.yaml"]));
    expect([...files.values()].join("\n")).not.toMatch(/__[A-Z]+__/);
  });

  test.each(["123", "1e5", "true", "null", "2026-01-01"])(
    "have a name that is text where YAML has another meaning for it: %s",
    (name) => {
      const values = { name, version: "1.0.0" };
      for (const language of languages()) {
        expect(parse(template(language, "npm", values).get("Pulumi.yaml") ?? "")).toMatchObject({ name });
      }
    },
  );

  test.each(languages())("in %s, depend on the version that wrote them", (language) => {
    const manifest: unknown = JSON.parse(
      template(language, "npm", { name: "a", version: "1.2.3" }).get("package.json") ?? "",
    );
    expect(manifest).toMatchObject({
      dependencies: { "pulumi-up42": "^1.2.3" },
      devDependencies: { "up42-emulator": "^1.2.3" },
    });
  });

  test("in YAML, take the place of those of Node.js, and have each setting that the program needs", () => {
    const files = template("yaml", "npm", { name: "my-webhooks", version: "1.2.3" });
    const project = v.parse(YamlProject, parse(files.get("Pulumi.yaml") ?? ""));
    expect([project.runtime, ...Object.values(project.resources).map(({ type }) => type)]).toEqual([
      "yaml",
      "up42:Webhook",
      "up42:WebhookTest",
    ]);
    const { config } = v.parse(StackFile, parse(files.get("Pulumi.dev.yaml") ?? ""));
    const own = Object.keys(config).filter((key) => !key.startsWith("up42:"));
    expect(own).toEqual(Object.keys(project.config).map((key) => `my-webhooks:${key}`));
    expect(files.get(".npmrc")).toMatch(/^omit=peer$/m);
  });

  test("in Python, have the program under its own name, and take the common settings", () => {
    const files = template("python", "npm", { name: "my-webhooks", version: "1.2.3" });
    const common = template("typescript", "npm", { name: "my-webhooks", version: "1.2.3" });
    expect([...files.keys()]).toEqual(expect.arrayContaining(["__main__.py", "requirements.txt", ".npmrc"]));
    expect(files.get("Pulumi.yaml")).toContain("name: python");
    expect(files.get(".gitignore")).toMatch(/^venv\/$/m);
    expect(files.get("Pulumi.dev.yaml")).toBe(common.get("Pulumi.dev.yaml"));
  });

  test("a language without a template is refused, with those that there are", () => {
    expect(() => template("cobol", "npm", { name: "a", version: "1.0.0" })).toThrow(
      /in "cobol": there are typescript, javascript, python, yaml.*--language/,
    );
  });

  test.each([
    ["npm/11.0.0 node/v22.0.0 linux x64", "npm", []],
    ["pnpm/11.0.0 npm/? node/v22.0.0", "pnpm", ["pnpm-workspace.yaml"]],
    ["yarn/4.9.0 npm/? node/v22.0.0", "yarn", [".yarnrc.yml"]],
    ["bun/1.2.0", "npm", []],
    [undefined, "npm", []],
  ])("run by %s, have what %s needs", (agent, manager, more) => {
    expect(managerFrom(agent)).toBe(manager);
    const values = { name: "a", version: "1.0.0" };
    const plain = [...template("typescript", "npm", values).keys()];
    const files = [...template("typescript", managerFrom(agent), values).keys()];
    expect(files.filter((file) => !plain.includes(file))).toEqual(more);
  });
});
