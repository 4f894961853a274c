import { copyFile, mkdtemp, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import * as v from "valibot";
import { parse } from "yaml";
import { type CommandResult, describeResult, startCommand } from "../../tools/process.mjs";
import { removeFolder } from "./folders";

const Values = v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {});
const Step = v.strictObject({
  uses: v.optional(v.string(), ""),
  with: Values,
  if: v.optional(v.string(), "success()"),
  run: v.optional(v.string()),
  env: Values,
});
const Workflow = v.looseObject({
  jobs: v.record(v.string(), v.looseObject({ if: v.string(), env: Values, steps: v.array(Step) })),
});
const Lines = v.optional(v.array(v.string()), []);
const Pipeline = v.looseObject({ default: v.looseObject({ before_script: v.array(v.string()) }) });
const GitlabJob = v.looseObject({ script: v.array(v.string()), after_script: Lines });
const JobList = v.array(v.looseObject({ name: v.string(), when: v.string() }));

/** A machine of a CI: a folder with the repository, and its environment. */
export interface Machine {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** The lines that are left out, since they have been run in this folder. */
  readonly done: readonly string[];
}

/** How a job ended, and everything it printed. */
export interface JobResult {
  readonly conclusion: "success" | "failure" | "skipped";
  readonly log: string;
}

/** What a workflow's expressions can refer to, such as `{ github: { ref: "refs/heads/main" }, vars: {} }`. */
export type Contexts = Readonly<Record<string, unknown>>;

/** Runs a script as the runners of GitHub and GitLab do: it ends with the first command that fails. */
export async function runScript(
  script: string,
  { folder, env }: Pick<Machine, "folder" | "env">,
): Promise<CommandResult> {
  const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
  return await startCommand("bash", args, { cwd: folder, env }).result;
}

/** Runs a job of a workflow of GitHub Actions. Of actions, only Pulumi's does something: this machine is set up. */
export async function runGithubJob(
  machine: Machine,
  workflow: string,
  job: string,
  contexts: Contexts,
): Promise<JobResult> {
  const text = await readFile(join(machine.folder, ".github/workflows", workflow), "utf8");
  const { [job]: found } = v.parse(Workflow, parse(text)).jobs;
  if (found === undefined) {
    throw new Error(`${workflow} has no job ${job}.`);
  }
  let conclusion: "success" | "failure" = "success";
  const value = (expression: string): string => evaluate(expression, contexts, conclusion);
  const filled = (given: unknown): string =>
    String(given).replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => value(expression));
  const holds = (condition: string): boolean => {
    const expression = condition.replace(/^\$\{\{(.*)\}\}$/, "$1");
    const whole = /\b(success|failure|cancelled|always)\(/.test(expression)
      ? expression
      : `success() && (${expression})`;
    return value(`!!(${whole})`) === "true";
  };
  const fill = (values: v.InferOutput<typeof Values>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, given]) => [name, filled(given)]));
  if (!holds(found.if)) {
    return { conclusion: "skipped", log: "" };
  }
  const results: string[] = [];
  for (const step of found.steps.filter(({ uses }) => uses === "" || uses.startsWith("pulumi/actions@"))) {
    if (!holds(step.if) || machine.done.includes(step.run ?? "")) {
      continue;
    }
    const script = step.run === undefined ? pulumiCommand(fill(step.with)) : filled(step.run);
    const env = { ...machine.env, ...fill(found.env), ...fill(step.env) };
    const result = await runScript(script, { ...machine, env });
    results.push(describeResult(result));
    if (result.exitCode !== 0) {
      conclusion = "failure";
    }
  }
  return { conclusion, log: results.join("\n") };
}

/** The command that pulumi/actions runs. An input that this runner does not know is an error. */
function pulumiCommand(inputs: Record<string, string>): string {
  const { command = "", "stack-name": stack, "comment-on-pr": _, ...flags } = inputs;
  const given = Object.entries(flags).flatMap(([flag, value]) => {
    if (!["refresh", "diff", "expect-no-changes"].includes(flag)) {
      throw new Error(`Unknown input: ${flag}`);
    }
    return value === "true" ? [`--${flag}`] : [];
  });
  const yes = command === "up" ? "--yes --skip-preview" : "";
  return `pulumi ${command} --stack ${stack} --non-interactive --color never ${yes} ${given.join(" ")}`;
}

/** GitHub's own parser and evaluator: a context or a function that does not exist is an error. */
function evaluate(expression: string, contexts: Contexts, status: "success" | "failure"): string {
  const functions = Object.entries({
    success: status === "success",
    failure: status === "failure",
    cancelled: false,
    always: true,
  }).map(([name, value]) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) }));
  const parsed = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
  const values: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(values instanceof data.Dictionary)) {
    throw new Error("The contexts of an expression are an object.");
  }
  const evaluator = new Evaluator(parsed, values, new Map(functions.map((each) => [each.name, each])));
  return evaluator.evaluate().coerceString();
}

/** Runs a job of `.gitlab-ci.yml`: `before_script` and `script` as one script, then `after_script`. */
export async function runGitlabJob(machine: Machine, name: string): Promise<JobResult> {
  const pipeline = v.parse(Pipeline, parse(await readFile(join(machine.folder, ".gitlab-ci.yml"), "utf8")));
  const job = v.parse(GitlabJob, pipeline[name]);
  const lines = [...pipeline.default.before_script, ...job.script];
  const result = await runScript(lines.filter((line) => !machine.done.includes(line)).join("\n"), machine);
  const after = await runScript(job.after_script.join("\n"), machine);
  return {
    conclusion: result.exitCode === 0 ? "success" : "failure",
    log: `${describeResult(result)}\n${describeResult(after)}`,
  };
}

/**
 * The jobs of a pipeline with these predefined variables, by gitlab-ci-local, which checks the file against GitLab's own
 * schema and evaluates `rules`.
 */
export async function gitlabJobsFor(file: string, given: Record<string, string>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-gitlab-"));
  try {
    await copyFile(file, join(folder, ".gitlab-ci.yml"));
    const command = createRequire(__filename).resolve("gitlab-ci-local");
    const variables = Object.entries(given).map(([name, value]) => `--variable '${name}=${value}'`);
    // It wants a git repository with a remote.
    const script = `git init --quiet --initial-branch=main
      git -c user.name=test -c user.email=test@example.com commit --quiet --allow-empty --message=empty
      git remote add origin git@gitlab.example:acme/webhooks.git
      "${process.execPath}" "${command}" --home . --list-json --ignore-predefined-vars ${Object.keys(given).join(",")} ${variables.join(" ")}`;
    const result = await runScript(script, { folder, env: process.env });
    if (result.exitCode !== 0) {
      throw new Error(describeResult(result));
    }
    const jobs = v.parse(JobList, JSON.parse(result.stdout));
    return jobs.filter(({ when }) => when !== "never").map(({ name }) => name);
  } finally {
    await removeFolder(folder);
  }
}
