import { delimiter, dirname, join } from "node:path";
import { ensurePulumi, pulumiPathEntries } from "../../tools/pulumi-cli.mjs";
import { WORKSPACE } from "./pulumi";

/** What npm, Jest and a CI put into the environment of their own, and what would lead a new user somewhere else. */
const FOREIGN_VARIABLES =
  /^(UP42_|PULUMI_|JEST_|GITHUB_|GITLAB_|CI|INIT_CWD$|NODE_ENV$|NODE_PATH$|npm_(lifecycle|package|command)|npm_config_local_prefix$)/;

/**
 * The environment of a new user: Node.js, npm and a Pulumi CLI that is not logged in.
 *
 * @param root where the CLI keeps its own files
 */
export async function userEnvironment(root: string): Promise<NodeJS.ProcessEnv> {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN_VARIABLES.test(name));
  return {
    ...Object.fromEntries(own),
    PATH: await userPath(),
    NO_COLOR: "1",
    PULUMI_HOME: join(root, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // The same installation, sooner: what the cache has is not asked for again.
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
    npm_config_progress: "false",
  };
}

/** The caller's PATH, with Pulumi, and without the programs of this workspace that npm adds to it. */
async function userPath(): Promise<string> {
  const cli = await ensurePulumi();
  const entries = await pulumiPathEntries(cli, WORKSPACE);
  const callers = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((entry) => !/node_modules|node-gyp-bin/.test(entry));
  return [...entries, dirname(process.execPath), ...callers].join(delimiter);
}
