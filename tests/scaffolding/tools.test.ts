import { existsSync } from "node:fs";
import { appendFile, chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { removeLeftovers, withLock } from "../../tools/lock.mjs";
import { type RunningCommand, startCommand } from "../../tools/process.mjs";
import { buildFolder, builtVersion, sourcesHash } from "../../tools/pulumi-cli/build.mjs";
import { defaultCacheRoot } from "../../tools/pulumi-cli/cache.mjs";
import { CLI, LANGUAGE_HOSTS } from "../../tools/pulumi-cli/programs.mjs";
import {
  ensureLanguageHosts,
  ensurePulumi,
  findPulumi,
  MINIMUM_VERSION,
  pulumiPathEntries,
  requireLanguageHosts,
} from "../../tools/pulumi-cli.mjs";
import { WORKSPACE } from "../support/pulumi";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pulumi-up42-tools-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the choice of a Pulumi CLI", () => {
  const version = '#!/bin/sh\n[ "$*" = version ] && [ "$PULUMI_SKIP_UPDATE_CHECK" = true ] && echo ';

  /** Puts a program on PATH; it answers `version` as given, or is whatever script it is given. */
  async function program(name: string, script: string): Promise<string> {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, script);
    await chmod(file, 0o755);
    return file;
  }

  function options(...path: string[]): { env: NodeJS.ProcessEnv; cacheRoot: string } {
    return { env: { PATH: path.join(delimiter) }, cacheRoot: join(folder, "cache") };
  }

  async function buildFake(cacheRoot: string, build = jest.fn(fakeBuild)): Promise<typeof build> {
    const download = jest.fn().mockRejectedValue(new Error("unreachable"));
    await ensurePulumi({ env: { PATH: "" }, cacheRoot, log: () => undefined, download, build });
    return build;
  }

  async function fakeBuild(_program: unknown, _version: string, output: string): Promise<void> {
    await writeFile(output, `built by the test: ${output.length}`);
  }

  test("the one on PATH, when it is new enough and has its language host beside it", async () => {
    const binary = await program("bin/pulumi", `${version}v${MINIMUM_VERSION}`);
    await program("bin/pulumi-language-nodejs", "");
    const { cli } = await findPulumi(options("/nowhere", join(folder, "bin")));
    expect(cli).toEqual({ binary, version: MINIMUM_VERSION, pathEntries: [] });
  });

  test("its language host may be elsewhere on PATH, or where a symbolic link leads", async () => {
    const real = await program("cellar/pulumi", `${version}v3.300.0`);
    await program("cellar/pulumi-language-nodejs", "");
    await mkdir(join(folder, "bin"));
    await symlink(real, join(folder, "bin", "pulumi"));
    const linked = await findPulumi(options(join(folder, "bin")));
    expect(linked.cli?.pathEntries).toEqual([dirname(real)]);
    const onPath = await findPulumi(options(join(folder, "bin"), dirname(real)));
    expect(onPath.cli?.pathEntries).toEqual([]);
  });

  test.each([
    ["is too old", `${version}v3.216.9`, /is version 3\.216\.9, older than 3\.217\.0/],
    ["prints nonsense", `${version}hello`, /does not report its version/],
    ["fails", "#!/bin/sh\nexit 3", /does not report its version/],
    ["cannot be run", "#!/no/such/interpreter\n", /does not report its version/],
    ["lacks its language host", `${version}v3.300.0`, /comes without pulumi-language-nodejs/],
  ])("not one that %s, and says so", async (_, script, reason) => {
    await program("bin/pulumi", script);
    const found = await findPulumi(options(join(folder, "bin")));
    expect(found).toEqual({ rejected: expect.stringMatching(reason) });
  });

  test("else the official one, downloaded once", async () => {
    const { cacheRoot } = options();
    const download = jest.fn(async (wanted: string, to: string) => {
      const bin = relative(folder, join(to, "bin"));
      await program(join(bin, "pulumi"), `${version}v${wanted}`);
      await program(join(bin, "pulumi-language-nodejs"), "");
    });
    const build = jest.fn(fakeBuild);
    const find = () => ensurePulumi({ env: { PATH: "" }, cacheRoot, log: () => undefined, download, build });
    const built = await builtVersion();
    expect((await find()).version).toBe(built);
    expect((await find()).binary).toContain(`${join(cacheRoot, `v${built}`)}/`);
    expect(download).toHaveBeenCalledTimes(1);
    expect(build).not.toHaveBeenCalled();
    expect(await readdir(join(cacheRoot, `v${built}`))).toHaveLength(1);
  });

  test.each([
    [
      "cannot be reached",
      () => Promise.reject(new Error("fetch failed", { cause: new Error("no route") })),
      /no route/,
    ],
    ["is not complete", () => Promise.resolve(), /not complete/],
  ])("else, when the download %s, a build, and one line says so", async (_, download, line) => {
    const { cacheRoot } = options();
    const lines: string[] = [];
    const log = (text: string): number => lines.push(text);
    await ensurePulumi({ env: { PATH: "" }, cacheRoot, log, download, build: fakeBuild });
    expect(lines).toEqual([expect.stringMatching(/downloading/), expect.stringMatching(line)]);
  });

  test("else one built earlier, which needs a build only once and is keyed by version and sources", async () => {
    const { cacheRoot } = options();
    expect(await buildFake(cacheRoot)).toHaveBeenCalledTimes(CLI.programs.length);
    expect(await buildFake(cacheRoot)).not.toHaveBeenCalled();
    const { cli } = await findPulumi({ env: { PATH: "" }, cacheRoot });
    const built = await builtVersion();
    expect(cli).toMatchObject({ version: built });
    expect(cli?.binary).toContain(`${join(cacheRoot, `v${built}`)}/`);
    expect(await readdir(join(cacheRoot, `v${built}`))).toHaveLength(1);
  });

  test.each(["pulumi", "pulumi-language-nodejs-run", "pulumi-resource-pulumi-nodejs"])(
    "a build that lacks %s is built again",
    async (name) => {
      const { cacheRoot } = options();
      await buildFake(cacheRoot);
      const file = join(await buildFolder(cacheRoot), name);
      await rm(file);
      expect(await buildFake(cacheRoot)).toHaveBeenCalledTimes(CLI.programs.length);
      expect(existsSync(file)).toBe(true);
    },
  );

  test.each([
    "programs.mjs",
    "engine/go.mod",
    "engine/language-host/plugin.go",
    "older-hosts/go.sum",
    "yaml-host/go.mod",
  ])("a build from another %s has another folder", async (name) => {
    const sources = join(folder, "sources");
    await cp(join(WORKSPACE, "tools", "pulumi-cli"), sources, { recursive: true });
    expect(await sourcesHash(sources)).toBe(await sourcesHash());
    expect(basename(await buildFolder("/cache"))).toContain((await sourcesHash()).slice(0, 12));
    await appendFile(join(sources, name), "\n");
    expect(await sourcesHash(sources)).not.toBe(await sourcesHash());
  });

  test("what a build left behind that was killed is removed by the next", async () => {
    const { cacheRoot } = options();
    const built = await buildFolder(cacheRoot);
    await mkdir(`${built}.filling-killed`, { recursive: true });
    await buildFake(cacheRoot);
    expect(await readdir(dirname(built))).toEqual([basename(built)]);
  });

  test("two that need it at the same time build it once", async () => {
    const { cacheRoot } = options();
    const build = jest.fn(fakeBuild);
    await Promise.all([
      buildFake(cacheRoot, build),
      buildFake(cacheRoot, build),
      buildFake(cacheRoot, build),
    ]);
    expect(build).toHaveBeenCalledTimes(CLI.programs.length);
  });

  test("when it cannot be built, the ways to get one are named and nothing is left behind", async () => {
    const { cacheRoot } = options();
    const build = jest.fn<Promise<void>, Parameters<typeof fakeBuild>>();
    build.mockRejectedValue(new Error("Go is not installed."));
    const ways = /Go is not installed\..*pulumi\.com\/docs\/install.*brew install.*go\.dev/s;
    await expect(buildFake(cacheRoot, build)).rejects.toThrow(ways);
    expect(await readdir(join(cacheRoot, `v${await builtVersion()}`))).toEqual([]);
  });

  test("the dynamic provider host comes from beside the CLI, else from the project's SDK", async () => {
    const binary = await program("bin/pulumi", "");
    const cli = { binary, version: "3.300.0", pathEntries: ["/first"] };
    const sdk = join(WORKSPACE, "node_modules/@pulumi/pulumi");
    expect(await pulumiPathEntries(cli, WORKSPACE)).toEqual(["/first", sdk]);
    await program("bin/pulumi-resource-pulumi-nodejs", "");
    expect(await pulumiPathEntries(cli, WORKSPACE)).toEqual(["/first"]);
  });

  test("the hosts of other languages come from beside the CLI, or from PATH", async () => {
    const binary = await program("bin/pulumi", "");
    const cli = { binary, version: "3.300.0", pathEntries: [] };
    for (const name of ["yaml", "python"]) {
      await program(`bin/pulumi-language-${name}`, "");
    }
    const find = () => requireLanguageHosts(cli, options(join(folder, "elsewhere")));
    await expect(find()).rejects.toThrow('Run "npm run setup" first');
    await program("elsewhere/pulumi-language-go", "");
    expect(await find()).toEqual([]);
  });

  test("else they are built, once, and again when one is broken", async () => {
    const binary = await program("bin/pulumi", "");
    const cli = { binary, version: "3.300.0", pathEntries: [] };
    const build = jest.fn(fakeBuild);
    const all = { ...options(), build, log: () => undefined };
    const built = await buildFolder(all.cacheRoot, LANGUAGE_HOSTS);
    const count = LANGUAGE_HOSTS.programs.length;
    for (const name of LANGUAGE_HOSTS.programs.map((host) => host.name)) {
      build.mockClear();
      expect(await ensureLanguageHosts(cli, all)).toEqual([built]);
      expect(build).toHaveBeenCalledTimes(count);
      expect(await ensureLanguageHosts(cli, all)).toEqual([built]);
      expect(await requireLanguageHosts(cli, all)).toEqual([built]);
      expect(build).toHaveBeenCalledTimes(count);
      await rm(join(built, name));
    }
  });

  test("the cache is in the user's cache folder; a relative XDG_CACHE_HOME counts for nothing", () => {
    const home = { HOME: "/home/someone" };
    expect(defaultCacheRoot(home)).toMatch(
      /^\/home\/someone\/(\.cache|Library\/Caches)\/pulumi-up42\/pulumi-cli$/,
    );
    expect(defaultCacheRoot({ ...home, XDG_CACHE_HOME: "relative" })).toBe(defaultCacheRoot(home));
  });
});

test("only leftovers of the lock's own holders are removed", async () => {
  for (const name of ["a@1.fetching-x", "a@1.fetching-y", "a@1", "a@1.lock", "b@1.fetching-x"]) {
    await mkdir(join(folder, name, "inside"), { recursive: true });
  }
  await removeLeftovers(join(folder, "a@1.fetching-"));
  expect((await readdir(folder)).sort()).toEqual(["a@1", "a@1.lock", "b@1.fetching-x"]);
});

describe("withLock", () => {
  /** Runs another process that takes the lock, prints a line and never gives the lock back by itself. */
  async function hold(): Promise<RunningCommand> {
    const lock = pathToFileURL(join(WORKSPACE, "tools", "lock.mjs")).href;
    const action = '() => { console.log("in"); return new Promise(() => setInterval(() => {}, 1000)); }';
    const script = `import(${JSON.stringify(lock)}).then(({ withLock }) =>
      withLock(${JSON.stringify(folder)}, ${action}, () => console.log("waits")))`;
    const holder = startCommand(process.execPath, ["--eval", script]);
    await holder.waitForOutput(/in|waits/);
    return holder;
  }

  test("lets one at a time in, also when the action fails", async () => {
    let inside = 0;
    const enter = async (fail: boolean): Promise<void> => {
      inside += 1;
      expect(inside).toBe(1);
      await readdir(folder);
      inside -= 1;
      if (fail) {
        throw new Error("failed inside");
      }
    };
    const all = [false, true, false, true].map((fail) => withLock(folder, () => enter(fail)));
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
  });

  test("waits, and says so once, for a process that has it, and gets it when that one is killed", async () => {
    const holder = await hold();
    const onWait = jest.fn(() => holder.kill());
    expect(await withLock(folder, () => Promise.resolve("in"), onWait)).toBe("in");
    expect(onWait).toHaveBeenCalledTimes(1);
    expect(onWait).toHaveBeenCalledWith(expect.any(Number));
  });

  test("survives that a successor is killed, as soon as it has got the lock and while it waits for it", async () => {
    const holder = await hold();
    const [waiting, successor] = [await hold(), await hold()];
    waiting.kill();
    holder.kill();
    await successor.waitForOutput(/in/);
    successor.kill();
    expect(await withLock(folder, () => Promise.resolve("in"))).toBe("in");
  });
});
