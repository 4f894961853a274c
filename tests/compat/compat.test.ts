import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "esbuild";
import { verifyNotification } from "pulumi-up42/receiver";
import { minVersion } from "semver";
import { DEMO_ACCOUNT } from "up42-emulator";
import * as v from "valibot";
import manifest from "../../provider/package.json";
import { type RunningCommand, runCommand, startCommand } from "../../tools/process.mjs";
import { run } from "../python/environment";
import { emptyFolder } from "../support/example-copy";
import { packPackages } from "../support/packed";
import { startReceiver, type TestReceiver } from "../support/receiver";

// The packed packages in an empty project: what they export is loaded and type-checked, and each kind of program is
// deployed. One run tries one combination, with the Node.js that runs; .github/workflows/compat.yml has the matrix.

const CELL = v.parse(
  v.object({
    COMPAT_MANAGER: v.optional(v.picklist(["npm", "pnpm", "yarn"]), "npm"),
    /** Default: the oldest that the package allows. */
    COMPAT_SDK: v.optional(v.string(), String(minVersion(manifest.peerDependencies["@pulumi/pulumi"]))),
    /** A version, or "none" for the compiler that Pulumi's SDK brings. */
    COMPAT_TYPESCRIPT: v.optional(v.string(), "~5.9"),
    COMPAT_PROGRAMS: v.pipe(
      v.optional(v.string(), "esm"),
      v.transform((kinds) => kinds.split(",")),
      v.array(v.picklist(["cjs", "esm", "ts"])),
    ),
  }),
  process.env,
);

/** The commands that install, and the settings that docs/compatibility.md names. npx runs the last two. */
const MANAGERS = {
  npm: { command: ["npm", "install"], files: {} },
  pnpm: {
    command: ["npx", "--yes", "pnpm@latest", "install", "--no-frozen-lockfile"],
    files: { "pnpm-workspace.yaml": "allowBuilds:\n  protobufjs: false\nminimumReleaseAge: 0\n" },
  },
  yarn: {
    command: ["npx", "--yes", "--package=@yarnpkg/cli-dist@latest", "yarn", "install", "--no-immutable"],
    files: { "yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\nnpmMinimalAgeGate: 0\n" },
  },
};

/** How TypeScript can look for modules, with the kinds of files that it makes a difference to. */
const RESOLUTIONS = [
  { module: "commonjs", moduleResolution: "node10", files: ["types.ts"], before: 6 },
  { module: "node16", moduleResolution: "node16", files: ["types.cts", "types.mts"], before: 99 },
  { module: "nodenext", moduleResolution: "nodenext", files: ["types.cts", "types.mts"], before: 99 },
  { module: "esnext", moduleResolution: "bundler", files: ["types.ts"], before: 99 },
];

/** The compiler options that `pulumi new typescript` writes. */
const PROGRAM_OPTIONS = { strict: true, target: "es2020", module: "commonjs", moduleResolution: "node" };

/** Prints the names that each entry exports. A CommonJS module that is imported has three more. */
const NAMES = `const own = (name) => !/^(default|module.exports|__esModule)$/.test(name);
for (const entry of ["pulumi-up42", "pulumi-up42/receiver", "up42-emulator"])
  LOAD.then((all) => console.log(entry, Object.keys(all).filter(own).sort().join()));`;

const SECRET = "what notifications are signed with";
const { username, password, workspaceId } = DEMO_ACCOUNT;
const Outputs = v.object({
  webhookId: v.string(),
  foundId: v.string(),
  readUrl: v.string(),
  testsSucceeded: v.number(),
  verifies: v.boolean(),
});

let project: Awaited<ReturnType<typeof emptyFolder>>;
let provider: string;
let emulator: string;

beforeAll(async () => {
  project = await emptyFolder();
  const packed = await packPackages(project.root);
  [provider, emulator] = [`file:${packed["pulumi-up42"]}`, `file:${packed["up42-emulator"]}`];
});

afterAll(() => project?.dispose());

const sourceOf = (name: string) => readFile(join(__dirname, name), "utf8");
const inProject = (command: string, ...args: readonly string[]) =>
  run(command, args, project.folder, project.env);

async function writeFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(project.folder, name), text);
  }
}

async function install(dependencies: Readonly<Record<string, string>>): Promise<void> {
  const { command, files } = MANAGERS[CELL.COMPAT_MANAGER];
  const [program = "", ...args] = command;
  const wanted = { name: "compat", version: "1.0.0", private: true, dependencies };
  await writeFiles({ ...files, "package.json": JSON.stringify(wanted) });
  await inProject(program, ...args);
}

test("a service that only receives installs the package without Pulumi", async () => {
  await install({ "pulumi-up42": provider });
  await inProject("node", "-e", "require('pulumi-up42/receiver').verifyNotification.call");
  const options = { cwd: project.folder, env: project.env };
  const { stderr } = await runCommand("node", ["-e", "require('pulumi-up42')"], options);
  expect(stderr).toMatch(/pulumi-up42 needs @pulumi\/pulumi/);
});

describe("with Pulumi", () => {
  const { COMPAT_SDK: sdk, COMPAT_TYPESCRIPT: typescript, COMPAT_PROGRAMS: kinds } = CELL;
  let emulated: RunningCommand;
  let receiver: TestReceiver;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const compiler = typescript === "none" ? undefined : { typescript };
    const others = { "@pulumi/pulumi": sdk, "@types/node": "^20.19.43", ...compiler };
    await install({ "pulumi-up42": provider, "up42-emulator": emulator, ...others });
    const command = join(project.folder, "node_modules", ".bin", "up42-emulator");
    emulated = startCommand(command, ["--port", "0"], { cwd: project.folder, env: project.env });
    receiver = await startReceiver((request) => (isSigned(request) ? 200 : 401));
    const [, apiUrl] = await emulated.waitForOutput(/emulated: (http:\S+)/);
    const account = { UP42_USERNAME: username, UP42_PASSWORD: password, UP42_WORKSPACE_ID: workspaceId };
    const receiving = { RECEIVER_URL: receiver.url, RECEIVER_SECRET: SECRET };
    env = { ...project.env, UP42_API_URL: apiUrl, ...account, ...receiving, PULUMI_STACK: "dev" };
    await writeFiles({ "Pulumi.yaml": "name: compat\nruntime: nodejs\n" });
    await inProject("pulumi", "stack", "init", "dev");
  });

  afterAll(async () => {
    emulated?.kill();
    await receiver?.close();
  });

  const pulumi = (...args: readonly string[]) => run("pulumi", args, project.folder, env);

  test("require and import find the same names", async () => {
    const load = { "names.cjs": "Promise.resolve(require(entry))", "names.mjs": "import(entry)" };
    const found = [];
    for (const [file, expression] of Object.entries(load)) {
      await writeFiles({ [file]: NAMES.replace("LOAD", expression) });
      found.push((await inProject("node", file)).split("\n").sort());
    }
    const [required, imported] = found;
    expect(required).toContainEqual(expect.stringMatching(/^pulumi-up42 .*\bWebhookTest\b/));
    expect(imported).toEqual(required);
  });

  test.each(typescript === "none" ? [] : [typescript])("TypeScript %s finds the types", async () => {
    const source = await sourceOf("types.ts");
    // TypeScript's own declarations need no check, and take half of the time.
    const quick = { skipDefaultLibCheck: true, lib: ["es2022"], noEmit: true };
    for (const { files, before: _, ...resolution } of RESOLUTIONS) {
      const options = { strict: true, target: "es2022", types: ["node"], ...quick, ...resolution };
      const folder = resolution.moduleResolution;
      await mkdir(join(project.folder, folder));
      await writeFiles(Object.fromEntries(files.map((file) => [join(folder, file), source])));
      await writeFiles({
        [join(folder, "tsconfig.json")]: JSON.stringify({ compilerOptions: options, files }),
      });
    }
    const folders = RESOLUTIONS.map(({ moduleResolution }) => moduleResolution);
    const tsc = join("node_modules", "typescript", "bin", "tsc");
    const args = [tsc, "--build", ...folders, "--pretty", "false", "--listFiles"];
    const { stdout } = await runCommand("node", args, { cwd: project.folder, env });
    const read = stdout.split("\n");
    for (const { moduleResolution, files } of RESOLUTIONS) {
      const paths = files.map((file) => expect.stringMatching(`/${moduleResolution}/${file}$`));
      expect(read).toEqual(expect.arrayContaining(paths));
    }
    // Declarations of other packages may be older, or newer, than this compiler; and newer ones drop old ways.
    const ours = [
      "error TS",
      ...folders.map((folder) => `${folder}/`),
      ".*node_modules/(pulumi-up42|up42-emulator)/",
    ];
    const isOurs = new RegExp(`^(${ours.join("|")}).*error TS`);
    const installed = await readFile(
      join(project.folder, "node_modules", "typescript", "package.json"),
      "utf8",
    );
    const { version } = v.parse(v.object({ version: v.string() }), JSON.parse(installed));
    const dropped = RESOLUTIONS.filter(({ before }) => Number.parseInt(version, 10) >= before);
    expect(read.filter((line) => isOurs.test(line))).toEqual(
      dropped.map(({ moduleResolution }) => expect.stringMatching(`^${moduleResolution}/.*moduleResolution`)),
    );
    // Its types alone take as long to check as all others.
    expect(stdout).not.toContain("/valibot/");
  });

  test.each(kinds)("a program of kind %s is deployed, read, unchanged and destroyed", async (kind) => {
    const main = kind === "ts" ? "index.ts" : "index.js";
    const source = await sourceOf("program.ts");
    const { code } =
      kind === "ts" ? { code: source } : await transform(source, { loader: "ts", format: kind });
    const type = kind === "esm" ? "module" : "commonjs";
    const installed: object = JSON.parse(await readFile(join(project.folder, "package.json"), "utf8"));
    await writeFiles({
      "package.json": JSON.stringify({ ...installed, main, type }),
      "tsconfig.json": JSON.stringify({ compilerOptions: PROGRAM_OPTIONS, files: [main] }),
      [main]: code,
    });
    // The preview comes first, in which a function looks for a webhook that is not there yet.
    await pulumi("preview");
    await pulumi("up", "--yes");
    const outputs = v.parse(Outputs, JSON.parse(await pulumi("stack", "output", "--json", "--show-secrets")));
    const { webhookId } = outputs;
    const read = { webhookId, foundId: webhookId, readUrl: receiver.url };
    expect(outputs).toEqual({ ...read, testsSucceeded: 1, verifies: true });
    await pulumi("refresh", "--yes");
    expect(await pulumi("stack", "export")).not.toContain(SECRET);
    await pulumi("preview", "--expect-no-changes");
    await pulumi("destroy", "--yes");
  });
});

function isSigned({ headers, body }: { headers: NodeJS.Dict<string | string[]>; body: string }): boolean {
  try {
    return verifyNotification({ headers, body }, { secret: SECRET }).notification.event === "order.status";
  } catch {
    return false;
  }
}
