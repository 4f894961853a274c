import { realpathSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lt, parse } from "semver";
import { runCommand, runMain } from "./process.mjs";
import { buildFolder, buildPrograms, builtVersion, isComplete, sdkFolder } from "./pulumi-cli/build.mjs";
import { defaultCacheRoot } from "./pulumi-cli/cache.mjs";
import { downloadCli, downloadFolder } from "./pulumi-cli/download.mjs";
import { findExecutable, foldersBeside, isExecutable } from "./pulumi-cli/executables.mjs";
import { DYNAMIC_HOST, LANGUAGE_HOSTS } from "./pulumi-cli/programs.mjs";

/** The oldest Pulumi CLI the provider supports. */
export const MINIMUM_VERSION = "3.217.0";

const LANGUAGE_HOST = "pulumi-language-nodejs";
const WAYS_TO_GET_PULUMI = `
The Pulumi CLI (${MINIMUM_VERSION} or newer) is needed. Any of these gets one:
  - install it: https://www.pulumi.com/docs/install/
  - on macOS or Linux with Homebrew: brew install pulumi/tap/pulumi
  - install a current Go (https://go.dev/doc/install), and run this again: the CLI is then built from source`;

/**
 * A Pulumi CLI that can run Node.js programs.
 * @typedef {object} PulumiCli
 * @property {string} binary absolute path of the `pulumi` program
 * @property {string} version such as "3.259.0"
 * @property {string[]} pathEntries folders that PATH needs in front of what it has; see {@link pulumiPathEntries}
 */

/**
 * Where and how to look; every part has a default.
 * @typedef {object} LookupOptions
 * @property {NodeJS.ProcessEnv} [env] whose PATH is searched, default: this process's environment
 * @property {string} [cacheRoot] the folder with the CLIs built earlier, default: {@link defaultCacheRoot}
 * @property {(line: string) => void} [log] gets a line for whatever takes time, default: standard error
 */

/**
 * Finds a Pulumi CLI: the one on PATH when it is new enough, else the one downloaded or built earlier. Neither downloads
 * nor builds anything.
 *
 * @param {LookupOptions} [options]
 * @returns {Promise<{ cli?: PulumiCli, rejected?: string }>} `rejected` says why the CLI on PATH is of no use
 */
export async function findPulumi({ env = process.env, cacheRoot = defaultCacheRoot(env) } = {}) {
  const onPath = await pulumiOnPath(env);
  if (onPath.cli !== undefined) {
    return onPath;
  }
  const version = await builtVersion();
  const official = await pulumiOnPath({ ...env, PATH: join(downloadFolder(cacheRoot, version), "bin") });
  if (official.cli !== undefined) {
    const { binary } = official.cli;
    return { ...onPath, cli: { ...official.cli, pathEntries: [dirname(binary)] } };
  }
  const folder = await buildFolder(cacheRoot);
  const built = { binary: join(folder, "pulumi"), version, pathEntries: [folder] };
  return isComplete(folder) ? { ...onPath, cli: built } : onPath;
}

/**
 * Finds a Pulumi CLI. When there is none, downloads the official one (seconds), or builds one (about three minutes) when
 * the download fails; once per user. Never reads or writes the user's own `~/.pulumi`, login or stacks.
 *
 * @param {LookupOptions & { download?: import("./pulumi-cli/download.mjs").DownloadProgram,
 *   build?: import("./pulumi-cli/build.mjs").BuildProgram }} [options]
 * @returns {Promise<PulumiCli>}
 * @throws {Error} naming the ways to get a CLI, when none is there and none can be built
 */
export async function ensurePulumi({
  env = process.env,
  cacheRoot = defaultCacheRoot(env),
  log = console.error,
  download,
  build,
} = {}) {
  const { cli, rejected } = await findPulumi({ env, cacheRoot });
  if (cli !== undefined) {
    return cli;
  }
  const version = await builtVersion();
  log(`${rejected ?? "There is no pulumi on PATH"}: downloading version ${version}, once.`);
  try {
    await downloadCli({ cacheRoot, version, ...(download && { download }) });
    const { cli: downloaded } = await findPulumi({ env, cacheRoot });
    if (downloaded !== undefined) {
      return downloaded;
    }
    log("The download is not complete: building it from source, about 3 minutes.");
  } catch (error) {
    log(`Failed to download it: ${reasonOf(error)}. Building it from source, about 3 minutes.`);
  }
  await buildPrograms({ cacheRoot, log, ...(build && { build }) }).catch((cause) => {
    throw new Error(`${Object(cause).message}\n${WAYS_TO_GET_PULUMI}`, { cause });
  });
  return await requirePulumi({ env, cacheRoot });
}

/**
 * Finds the language hosts for YAML, Python and Go: those that come with the CLI, else those built earlier, which it
 * builds when they are missing (half a minute).
 *
 * @param {PulumiCli} cli
 * @param {LookupOptions & { build?: import("./pulumi-cli/build.mjs").BuildProgram }} [options]
 * @returns {Promise<string[]>} the folders that PATH needs for them; none when they are beside the CLI
 * @throws {Error} when they cannot be built
 */
export async function ensureLanguageHosts(
  cli,
  { env = process.env, cacheRoot = defaultCacheRoot(env), log = console.error, build } = {},
) {
  const found = await findLanguageHosts(cli, { env, cacheRoot });
  if (found !== undefined) {
    return found;
  }
  log(`The Pulumi CLI comes without ${LANGUAGE_HOSTS.title}: building them from source, half a minute.`);
  await buildPrograms({ cacheRoot, log, ...(build && { build }), set: LANGUAGE_HOSTS });
  return [await buildFolder(cacheRoot, LANGUAGE_HOSTS)];
}

/**
 * Finds the language hosts for YAML, Python and Go for who does not want to wait for them.
 *
 * @param {PulumiCli} cli
 * @param {LookupOptions} [options]
 * @returns {Promise<string[]>} the folders that PATH needs for them
 * @throws {Error} naming the set-up, when there are none
 */
export async function requireLanguageHosts(cli, options) {
  const folders = await findLanguageHosts(cli, options);
  if (folders !== undefined) {
    return folders;
  }
  throw new Error(`${cli.binary} comes without ${LANGUAGE_HOSTS.title}. Run "npm run setup" first.`);
}

/** @param {PulumiCli} cli @param {LookupOptions} options @returns {Promise<string[] | undefined>} nothing without them */
async function findLanguageHosts(cli, { env = process.env, cacheRoot = defaultCacheRoot(env) } = {}) {
  const folders = [...foldersBeside(cli.binary), ...(env.PATH ?? "").split(delimiter)];
  const languages = ["yaml", "python", "go"];
  if (languages.every((name) => findExecutable(`pulumi-language-${name}`, folders) !== undefined)) {
    return [];
  }
  const built = await buildFolder(cacheRoot, LANGUAGE_HOSTS);
  return isComplete(built, LANGUAGE_HOSTS) ? [built] : undefined;
}

/**
 * Finds a Pulumi CLI for who does not want to wait for one.
 *
 * @param {LookupOptions} [options]
 * @returns {Promise<PulumiCli>}
 * @throws {Error} naming the set-up, when there is none
 */
export async function requirePulumi(options) {
  const { cli, rejected = "There is no pulumi on PATH" } = await findPulumi(options);
  if (cli === undefined) {
    throw new Error(`${rejected}, and none in the cache. Run "npm run setup" first.`);
  }
  return cli;
}

/**
 * The folders that PATH needs in front of what it has, to run a project: the CLI's own, and that of the dynamic
 * provider host in the project's `@pulumi/pulumi` (made executable when it is not) for a CLI that comes without one.
 *
 * @param {PulumiCli} cli
 * @param {string} projectFolder a folder from which `@pulumi/pulumi` can be resolved
 * @returns {Promise<string[]>}
 * @throws {Error} when `@pulumi/pulumi` is not installed there
 */
export async function pulumiPathEntries(cli, projectFolder) {
  if (findExecutable(DYNAMIC_HOST, foldersBeside(cli.binary)) !== undefined) {
    return cli.pathEntries;
  }
  const sdk = sdkFolder(projectFolder);
  const host = join(sdk, DYNAMIC_HOST);
  if (!isExecutable(host)) {
    await chmod(host, 0o755);
  }
  return [...cli.pathEntries, sdk];
}

/** @param {NodeJS.ProcessEnv} env @returns {ReturnType<typeof findPulumi>} */
async function pulumiOnPath(env) {
  const path = (env.PATH ?? "").split(delimiter).filter(isAbsolute);
  const binary = findExecutable("pulumi", path);
  if (binary === undefined) {
    return {};
  }
  const version = await askVersion(binary, env);
  if (version === undefined) {
    return { rejected: `${binary} does not report its version` };
  }
  if (lt(version, MINIMUM_VERSION)) {
    return { rejected: `${binary} is version ${version}, older than ${MINIMUM_VERSION}` };
  }
  const host = findExecutable(LANGUAGE_HOST, [...foldersBeside(binary), ...path]);
  if (host === undefined) {
    return { rejected: `${binary} comes without ${LANGUAGE_HOST}` };
  }
  const pathEntries = path.includes(dirname(host)) ? [] : [dirname(host)];
  return { cli: { binary, version, pathEntries } };
}

/** Nothing when it cannot be run, or answers something else. @param {string} binary @param {NodeJS.ProcessEnv} env */
async function askVersion(binary, env) {
  const answer = await runCommand(binary, ["version"], {
    // Without this it would ask for newer versions, and keep the answer in ~/.pulumi.
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutMs: 30_000,
  }).catch(() => undefined);
  return answer?.exitCode === 0 ? parse(answer.stdout.trim())?.version : undefined;
}

/** An error in one line: of a failed fetch, the cause says more than the message. @param {unknown} error */
function reasonOf(error) {
  const { message, cause } = Object(error);
  const [line = ""] = String(cause?.message || message).split("\n", 1);
  return line.replace(/\.$/, "");
}

/** Prints a line for the shell that puts the CLI on PATH: `eval "$(node tools/pulumi-cli.mjs)"`. */
async function main() {
  const cli = await ensurePulumi();
  const workspace = dirname(dirname(fileURLToPath(import.meta.url)));
  const entries = [...(await pulumiPathEntries(cli, workspace)), dirname(cli.binary)];
  console.error(`Pulumi ${cli.version} (${cli.binary})`);
  console.log(`export PATH='${[...new Set(entries)].join(delimiter)}':"$PATH"`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  runMain(main);
}
