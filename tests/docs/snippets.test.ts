import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { stub } from "../../provider/src/dynamic/stub";
import { WORKSPACE } from "../support/pulumi";
import { compile, syntaxErrors } from "./compile";
import { readDocument, readDocuments } from "./markdown";

const snippets = readDocuments().flatMap(({ path, snippets: all }) =>
  all.map((snippet) => ({ ...snippet, at: `${path}:${snippet.line}` })),
);

const inLanguage = (language: string) => snippets.filter((snippet) => snippet.language === language);

/** Where there are problems, and which. */
const problems = (language: string, check: (text: string) => readonly string[]) =>
  inLanguage(language)
    .map(({ at, text }) => ({ at, found: check(text) }))
    .filter(({ found }) => found.length > 0);

const errorsOf = (parse: () => unknown): readonly string[] => {
  try {
    parse();
    return [];
  } catch (error) {
    return [String(error)];
  }
};

test("every language is one that is looked at, or shows what is printed", () => {
  const known = ["ts", "js", "python", "go", "sh", "yaml", "json", "console", ""];
  expect(snippets.filter(({ language }) => !known.includes(language))).toEqual([]);
  expect(inLanguage("ts").length).toBeGreaterThan(10);
});

test("TypeScript compiles, with the types that users get", () => {
  const store = inLanguage("ts").find(({ text }) => text.includes("interface ReplayStore"));
  const found = compile({
    ...Object.fromEntries(inLanguage("ts").map(({ at, text }) => [at, text])),
    // What receiver.md shows is what the receiver takes, and the other way round.
    "receiver.md's ReplayStore": `
      import type { ReplayStore as Real } from "pulumi-up42/receiver";
      ${store?.text}
      declare const documented: ReplayStore;
      declare const real: Real;
      export const [there, back]: [Real, ReplayStore] = [documented, real];`,
    // The compiler sees what it has to see.
    "wrong property": 'import { Webhook } from "pulumi-up42"; new Webhook("a", { url: 42, events: [] });',
    "wrong name": 'import { WebHook } from "pulumi-up42"; new WebHook("a", { url: "", events: [] });',
  });
  expect(Object.fromEntries(found)).toEqual({
    "wrong property": [expect.stringContaining("'number' is not assignable to type 'Input<string>'")],
    "wrong name": [expect.stringContaining("has no exported member named 'WebHook'")],
  });
});

test("JavaScript parses", () => {
  expect(problems("js", syntaxErrors)).toEqual([]);
});

test("Python, Go and the plugin's first program in YAML are examples, which are deployed", () => {
  const examples = ["python/__main__.py", "go/main.go", "yaml/Pulumi.yaml"].map((file) =>
    readFileSync(join(WORKSPACE, "examples", file), "utf8"),
  );
  const quoted = [...inLanguage("python"), ...inLanguage("go")].map(({ text }) => text);
  expect(quoted.filter((text) => !examples.includes(text))).toEqual([]);
  const shown = readDocument("docs/plugin.md").snippets.map(({ text }) => text);
  expect(examples.filter((text) => !shown.includes(text))).toEqual([]);
});

test("the stub is the one that stacks have stored", () => {
  expect(readDocument("docs/architecture.md").text).toContain(`\n${stub("webhook")};\n`);
  expect(readDocument("docs/state.md").text).toContain(JSON.stringify(stub("webhook")));
});

test("shell commands parse", () => {
  const check = (text: string) => {
    const { stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
    return stderr === "" ? [] : [stderr];
  };
  expect(problems("sh", check)).toEqual([]);
  expect(check("if true; then")).not.toEqual([]);
});

test("JSON and YAML parse", () => {
  expect(problems("json", (text) => errorsOf(() => JSON.parse(text)))).toEqual([]);
  const yamlErrors = (text: string) =>
    [parseAllDocuments(text)].flat().flatMap(({ errors }) => errors.map(({ message }) => message));
  expect(problems("yaml", yamlErrors)).toEqual([]);
  expect(yamlErrors("a: [")).not.toEqual([]);
});
