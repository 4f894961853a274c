import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { type CommandResult, describeResult, startCommand } from "../../../tools/process.mjs";
import { runScript } from "./shell";

const GITLAB_CI_LOCAL = createRequire(__filename).resolve("gitlab-ci-local");

const IDENTITY = {
  GIT_AUTHOR_NAME: "test",
  GIT_AUTHOR_EMAIL: "test@example.com",
  GIT_COMMITTER_NAME: "test",
  GIT_COMMITTER_EMAIL: "test@example.com",
};

const FileSchema = v.objectWithRest(
  { stages: v.array(v.string()), workflow: v.unknown(), variables: v.record(v.string(), v.string()) },
  v.unknown(),
);

// What `default` and `extends` bring is in it already. Strict: see the runner for GitHub.
const JobSchema = v.strictObject({
  stage: v.string(),
  image: v.strictObject({ name: v.string() }),
  id_tokens: v.optional(v.record(v.string(), v.strictObject({ aud: v.string() }))),
  interruptible: v.optional(v.boolean(), false),
  resource_group: v.optional(v.string()),
  environment: v.optional(v.strictObject({ name: v.string(), action: v.optional(v.string()) })),
  rules: v.array(v.strictObject({ if: v.string(), when: v.optional(v.string()) })),
  before_script: v.array(v.string()),
  script: v.array(v.string()),
  after_script: v.optional(v.array(v.string()), []),
  artifacts: v.optional(v.record(v.string(), v.unknown())),
});

const ListSchema = v.array(v.looseObject({ name: v.string(), when: v.string() }));

/** A job of `.gitlab-ci.yml`. */
export type GitlabJob = v.InferOutput<typeof JobSchema>;

/** What `.gitlab-ci.yml` says. */
export interface GitlabPipeline {
  readonly variables: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, GitlabJob>>;
  /** The jobs of a pipeline with these predefined variables, in the order of their stages. */
  jobsFor(variables: Readonly<Record<string, string>>): Promise<readonly string[]>;
}

/** How a job ended. */
export interface GitlabResult {
  readonly conclusion: "success" | "failure";
  /** Everything it printed. */
  readonly log: string;
}

/**
 * Reads `.gitlab-ci.yml` with gitlab-ci-local, which checks it against GitLab's own schema, fills in `default` and
 * `extends`, and evaluates `rules`.
 *
 * @throws {Error} with its words when something in the file is wrong
 */
export async function readPipeline(file: string): Promise<GitlabPipeline> {
  const text = await gitlabCiLocal(file, ["--preview"]);
  const { stages: _, workflow: __, variables, ...jobs } = v.parse(FileSchema, parse(text));
  return {
    variables,
    jobs: v.parse(v.record(v.string(), JobSchema), jobs),
    jobsFor: async (given) => {
      const flags = Object.entries(given).flatMap(([name, value]) => ["--variable", `${name}=${value}`]);
      // To say what GitLab predefines is the purpose here, and nothing to be warned of.
      const ignored = ["--ignore-predefined-vars", Object.keys(given).join(",")];
      const list = await gitlabCiLocal(file, ["--list-json", ...ignored, ...flags]);
      return v
        .parse(ListSchema, JSON.parse(list))
        .filter(({ when }) => when !== "never")
        .map(({ name }) => name);
    },
  };
}

/** Runs a job as GitLab's runner does: `before_script` and `script` as one script, then `after_script`. */
export async function runGitlabJob(
  { before_script, script, after_script }: GitlabJob,
  {
    folder,
    env,
    leftOutScripts,
  }: { folder: string; env: NodeJS.ProcessEnv; leftOutScripts: readonly string[] },
): Promise<GitlabResult> {
  const run = async (lines: readonly string[]): Promise<CommandResult> => {
    const kept = lines.filter((line) => !leftOutScripts.includes(line));
    return await runScript(kept.join("\n"), { cwd: folder, env });
  };
  const result = await run([...before_script, ...script]);
  // Whatever comes of it, the job ends as its script did.
  const after = await run(after_script);
  return {
    conclusion: result.exitCode === 0 ? "success" : "failure",
    log: `${describeResult(result)}\n${describeResult(after)}`,
  };
}

/** It wants a git repository with a remote, and leaves files there; so it gets one of its own. */
async function gitlabCiLocal(file: string, args: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-gitlab-"));
  const env = { ...process.env, ...IDENTITY };
  const run = async (command: string, commandArgs: readonly string[]): Promise<string> => {
    const result = await startCommand(command, commandArgs, { cwd: folder, env }).result;
    // A job's name that GitLab reserves is only a warning there; GitLab refuses it.
    if (result.exitCode !== 0 || /reserved keyword/.test(result.stderr)) {
      throw new Error(`${command} ${commandArgs.join(" ")}: ${describeResult(result)}`);
    }
    return result.stdout;
  };
  try {
    await copyFile(file, join(folder, ".gitlab-ci.yml"));
    await run("git", ["init", "--quiet", "--initial-branch=main"]);
    await run("git", ["commit", "--quiet", "--allow-empty", "--message=empty"]);
    await run("git", ["remote", "add", "origin", "git@gitlab.example:acme/webhooks.git"]);
    return await run(process.execPath, [GITLAB_CI_LOCAL, "--home", folder, ...args]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
