import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { type CommandResult, describeResult } from "../../../tools/process.mjs";
import { type Contexts, interpolate, isTrue, type JobStatus } from "./expressions";
import { runScript } from "./shell";

const Env = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));

// Strict, so that a keyword which this runner does not know is an error, instead of being left out.
const StepSchema = v.strictObject({
  name: v.optional(v.string()),
  id: v.optional(v.string()),
  if: v.optional(v.string()),
  uses: v.optional(v.string()),
  with: v.optional(Env),
  run: v.optional(v.string()),
  env: v.optional(Env),
});

const JobSchema = v.strictObject({
  if: v.optional(v.string()),
  "runs-on": v.string(),
  "timeout-minutes": v.optional(v.number()),
  environment: v.optional(v.string()),
  permissions: v.record(v.string(), v.string()),
  env: v.optional(Env),
  steps: v.array(StepSchema),
});

const WorkflowSchema = v.strictObject({
  name: v.string(),
  on: v.record(v.string(), v.unknown()),
  permissions: v.strictObject({}),
  concurrency: v.strictObject({ group: v.string(), "cancel-in-progress": v.boolean() }),
  defaults: v.strictObject({ run: v.strictObject({ shell: v.literal("bash") }) }),
  jobs: v.record(v.string(), JobSchema),
});

type Step = v.InferOutput<typeof StepSchema>;

/** A workflow file; only what this runner knows may be in it. */
export type Workflow = v.InferOutput<typeof WorkflowSchema>;

/** How a step ended. */
export interface StepResult {
  readonly name: string;
  readonly conclusion: "success" | "failure" | "skipped";
  /** Of a step with `run` that was not skipped. */
  readonly result?: CommandResult;
}

/** How a job ended. */
export interface JobResult {
  readonly conclusion: "success" | "failure" | "skipped";
  readonly steps: readonly StepResult[];
  /** Everything it printed. */
  readonly log: string;
  /** What stands on the page of the run. */
  readonly summary: string;
}

/** Where and with what a job runs. */
export interface GithubRunner {
  /** The repository's folder. */
  readonly folder: string;
  /** The environment of the machine, and what GitHub sets itself. */
  readonly env: NodeJS.ProcessEnv;
  /** Actions (without version) that are not run, since they are GitHub's or set up the machine. */
  readonly leftOutActions: readonly string[];
  /** Scripts that are not run, since this machine has that done already. */
  readonly leftOutScripts: readonly string[];
}

/** Reads a workflow. */
export async function readWorkflow(file: string): Promise<Workflow> {
  return v.parse(WorkflowSchema, parse(await readFile(file, "utf8")));
}

/** Runs a job of a workflow from its file, step by step. */
export async function runJob(
  runner: GithubRunner,
  workflowFile: string,
  jobName: string,
  contexts: Contexts,
): Promise<JobResult> {
  const workflow = await readWorkflow(join(runner.folder, ".github", "workflows", workflowFile));
  const job = workflow.jobs[jobName];
  if (job === undefined) throw new Error(`${workflowFile} has no job ${jobName}.`);
  if (!isTrue(job.if, contexts, "success")) return { conclusion: "skipped", steps: [], log: "", summary: "" };
  const run = new JobRun(runner, contexts);
  return await run.all(job);
}

class JobRun {
  #status: JobStatus = "success";
  readonly #results: StepResult[] = [];
  readonly #byId: Record<string, { conclusion: string }> = {};

  constructor(
    private readonly runner: GithubRunner,
    private readonly contexts: Contexts,
  ) {}

  async all(job: v.InferOutput<typeof JobSchema>): Promise<JobResult> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-job-"));
    try {
      const summaryFile = join(folder, "summary.md");
      const env = { ...this.runner.env, ...this.#resolve(job.env), GITHUB_STEP_SUMMARY: summaryFile };
      for (const step of job.steps) await this.#step(step, env);
      const log = this.#results.flatMap(({ result }) => (result ? [describeResult(result)] : [])).join("\n");
      const summary = await readFile(summaryFile, "utf8").catch(() => "");
      return { conclusion: this.#status, steps: this.#results, log, summary };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #step(step: Step, jobEnv: NodeJS.ProcessEnv): Promise<void> {
    const name = step.name ?? step.uses ?? "";
    const result = await this.#runStep(step, { ...jobEnv, ...this.#resolve(step.env) });
    const conclusion =
      result === undefined
        ? "skipped"
        : result === "left out" || result.exitCode === 0
          ? "success"
          : "failure";
    if (conclusion === "failure") this.#status = "failure";
    if (step.id !== undefined) this.#byId[step.id] = { conclusion };
    this.#results.push({ name, conclusion, ...(typeof result === "object" && { result }) });
  }

  async #runStep(step: Step, env: NodeJS.ProcessEnv): Promise<CommandResult | "left out" | undefined> {
    if (!isTrue(step.if, this.#contexts(), this.#status)) return undefined;
    if (step.run !== undefined) {
      if (this.runner.leftOutScripts.includes(step.run)) return "left out";
      return await runScript(this.#text(step.run), { cwd: this.runner.folder, env });
    }
    const [action = ""] = (step.uses ?? "").split("@");
    if (!this.runner.leftOutActions.includes(action)) {
      throw new Error(`Nothing is known of the action "${action}" in ${basename(this.runner.folder)}.`);
    }
    this.#resolve(step.with);
    return "left out";
  }

  #contexts(): Contexts {
    return { ...this.contexts, steps: this.#byId };
  }

  #text(text: string): string {
    return interpolate(text, this.#contexts(), this.#status);
  }

  #resolve(values: v.InferOutput<typeof Env> = {}): Record<string, string> {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, this.#text(String(value))]));
  }
}
