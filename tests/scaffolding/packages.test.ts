import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { WORKSPACE } from "../support/pulumi";

interface PackedFile {
  readonly path: string;
  readonly mode: number;
}

const ALWAYS = ["LICENSE", "README.md", "package.json"];

describe.each([
  {
    workspace: "provider",
    bundled: [
      "dist/dynamic/host.licenses.txt",
      "dist/plugin/main.licenses.txt",
      "dist/receiver/index.mjs",
      "dist/receiver/index.d.mts",
    ],
    others: [
      "bin/pulumi-up42.js",
      "pulumi-resource-up42",
      "pulumi-resource-up42.cmd",
      ...filesIn("provider", "templates"),
    ],
  },
  {
    workspace: "emulator",
    bundled: [],
    others: ["bin/up42-emulator.js", "openapi.yaml", ...filesIn("emulator", "page").filter(isOfPage)],
  },
])("the package of $workspace", ({ workspace, bundled, others }) => {
  const folder = join(WORKSPACE, workspace);
  const files = packedFiles(folder);
  const compiled = files.map(({ path }) => path).filter((path) => path.startsWith("dist/"));

  test("has each source compiled, with its declarations, and nothing whose source is gone", () => {
    const modules = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => path.slice(0, -".ts".length));
    // All of the receiver is in its index.
    const scripts = modules.filter((module) => !/^receiver\/(?!index$)/.test(module));
    const expected = [
      ...modules.map((module) => `dist/${module}.d.ts`),
      ...scripts.map((module) => `dist/${module}.js`),
    ];
    expect(compiled.sort()).toEqual([...expected, ...bundled].sort());
  });

  test("has nothing else, but for its command, its page, what it validates by, its README and its licence", () => {
    const rest = files.map(({ path }) => path).filter((path) => !path.startsWith("dist/"));
    expect(rest.sort()).toEqual([...ALWAYS, ...others].sort());
  });

  test("has commands that can be run, and entries that are there", () => {
    const { bin, exports, typesVersions = { "*": {} }, main, types } = manifestOf(folder);
    const entries = [main, types, ...leaves(bin), ...leaves(exports), ...leaves(typesVersions)];
    expect(entries.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    for (const command of leaves(bin)) {
      expect(readFileSync(join(folder, command), "utf8")).toMatch(/^#!(\/usr\/bin\/env node|\/bin\/sh)\n/);
      expect(files.find(({ path }) => path === command)?.mode).toBe(0o755);
    }
  });

  test("leads to no source map", () => {
    const scripts = compiled.filter((path) => path.endsWith(".js"));
    expect(
      scripts.filter((path) => readFileSync(join(folder, path), "utf8").includes("sourceMappingURL")),
    ).toEqual([]);
  });
});

describe.each([
  {
    entry: "dynamic/host",
    rare: ["cockatiel"],
    known: "node-fetch",
  },
  { entry: "plugin/main", rare: ["@grpc/proto-loader"], known: "@grpc/grpc-js" },
])("$entry", ({ entry, rare, known }) => {
  const folder = join(WORKSPACE, "provider", "dist");
  const script = readFileSync(join(folder, `${entry}.js`), "utf8");
  const parts = [...script.matchAll(/^ *\/\/ node_modules\/((?:@[^/\n]+\/)?[^/\n]+)/gm)];
  const packages = new Set(parts.map(([, name]) => name));

  test("is one file, and loads nothing else but what is needed in rare cases, or never", () => {
    const loaded = [...script.matchAll(/(?<!\.)\b(?:import|require)\("([^"]+)"\)/g)].map(
      ([, name = ""]) => name,
    );
    expect(new Set(loaded.filter((name) => !isBuiltin(name)))).toEqual(
      new Set([...rare, "web-streams-polyfill/dist/ponyfill.es2018.js"]),
    );
    expect(packages).toContain(known);
  });

  test("has beside it the license of all that is part of it", () => {
    const licenses = readFileSync(join(folder, `${entry}.licenses.txt`), "utf8");
    const granted = licenses.split(/^(?=[@a-z][@/a-z0-9.-]+ \d+\.\d+\.\d+$)/m).slice(1);
    expect(granted.map((text) => text.split(" ", 1)[0])).toEqual([...packages].sort());
    for (const text of granted) {
      expect(text).toMatch(
        /Permission is hereby granted|Apache License|Redistribution and use|Permission to use/,
      );
    }
  });
});

/** The files of a folder as they are in the repository. */
function filesIn(workspace: string, folder: string): string[] {
  const root = join(WORKSPACE, workspace, folder);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(folder, relative(root, join(parentPath, name))));
}

/** The page's, but for what only the compiler reads. */
function isOfPage(path: string): boolean {
  return path !== join("page", "tsconfig.json");
}

/** What would be packed. */
function packedFiles(folder: string): PackedFile[] {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: folder, encoding: "utf8" });
  // npm 12 lists packages by name, earlier ones in an array.
  const [packed]: { files: PackedFile[] }[] = Object.values(JSON.parse(output));
  return [...(packed?.files ?? [])];
}

function manifestOf(folder: string): {
  main: string;
  types: string;
  bin: Record<string, string>;
  exports: object;
  typesVersions?: object;
} {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** Every text in a tree of objects and lists. */
function leaves(tree: unknown): string[] {
  if (typeof tree === "string") {
    return [tree];
  }
  return typeof tree === "object" && tree !== null ? Object.values(tree).flatMap(leaves) : [];
}
