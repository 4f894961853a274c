import { readFile, writeFile } from "node:fs/promises";
import nodeModule from "node:module";
import { delimiter, dirname, join } from "node:path";
import { rootCertificates } from "node:tls";
import { pulumiPathEntries, requireLanguageHosts, requirePulumi } from "../../tools/pulumi-cli.mjs";
import { ownEnvironment, pulumiVariables, WORKSPACE } from "../../tools/pulumi-project.mjs";

/** Where Node.js keeps what it has compiled. */
const COMPILED = join(WORKSPACE, ".pulumi-up42", "compiled");
const HAS_COMPILE_CACHE = "enableCompileCache" in nodeModule;

/**
 * The same commands, sooner. The CLI collects garbage only when it needs this much memory, which saves a tenth of its
 * time. A program in Node.js loads less of Pulumi's SDK (lazy-modules.cjs), and finds it compiled (compile-cache.cjs for
 * Node.js 20): each saves almost half.
 */
export const QUICKER_COMMANDS: Readonly<Record<string, string>> = {
  GOGC: "off",
  GOMEMLIMIT: "512MiB",
  ...(HAS_COMPILE_CACHE ? { NODE_COMPILE_CACHE: COMPILED } : { TESTS_COMPILE_CACHE: COMPILED }),
  // Quoted, since the folder's name may have spaces.
  NODE_OPTIONS: ["lazy-modules.cjs", ...(HAS_COMPILE_CACHE ? [] : ["compile-cache.cjs"])]
    .map((file) => `--require "${join(WORKSPACE, "tests", "support", file)}"`)
    .join(" "),
};

/**
 * Programs in Go, sooner: they are compiled as tools/pulumi-cli/go.mjs compiles a CLI, which then has compiled most of
 * their packages, where they choose its versions.
 */
export const QUICKER_GO = {
  CGO_ENABLED: "0",
  GOFLAGS: "-trimpath -gcflags=all=-dwarf=false -ldflags=-s",
} as const;

/** Examples in TypeScript, sooner: `npm run check` has checked their types. */
export const WITHOUT_TYPE_CHECK: Readonly<Record<string, string>> = { PULUMI_NODEJS_TRANSPILE_ONLY: "true" };

/**
 * The environment of a new user: Node.js, npm and a Pulumi CLI that is not logged in.
 *
 * @param root where the CLI keeps its own files
 */
export async function userEnvironment(root: string): Promise<NodeJS.ProcessEnv> {
  const { PULUMI_BACKEND_URL: _, PULUMI_CONFIG_PASSPHRASE: __, ...variables } = pulumiVariables(root);
  const { NODE_EXTRA_CA_CERTS: certificates, ...callers } = ownEnvironment({ network: true });
  return {
    ...callers,
    ...(certificates !== undefined && (await forPackageManagers(certificates, root))),
    ...variables,
    ...QUICKER_COMMANDS,
    PATH: await userPath(),
    NO_COLOR: "1",
    // The same installation, sooner: npm takes what its cache has.
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
    npm_config_progress: "false",
  };
}

/**
 * Certificates of the caller's, for what alone reaches other machines. Each process in Node.js 20 would read them, which
 * takes longer than it starts.
 */
async function forPackageManagers(certificates: string, root: string): Promise<NodeJS.ProcessEnv> {
  const all = join(root, "certificates.pem");
  await writeFile(all, [...rootCertificates, await readFile(certificates, "utf8")].join("\n"));
  return { npm_config_cafile: all, pnpm_config_cafile: all, YARN_HTTPS_CA_FILE_PATH: all };
}

/** The caller's PATH, with Pulumi, and without the programs of this workspace that npm adds to it. */
async function userPath(): Promise<string> {
  const cli = await requirePulumi();
  const entries = [...(await requireLanguageHosts(cli)), ...(await pulumiPathEntries(cli, WORKSPACE))];
  const callers = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((entry) => !/node_modules|node-gyp-bin/.test(entry));
  return [...entries, dirname(process.execPath), ...callers].join(delimiter);
}
