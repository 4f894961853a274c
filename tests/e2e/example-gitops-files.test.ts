import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import * as v from "valibot";
import { parseAllDocuments } from "yaml";
import { ensureActionlint } from "../../tools/actionlint.mjs";
import { type CommandResult, startCommand } from "../../tools/process.mjs";
import { readWorkflow, type Workflow } from "../support/pipelines/github";
import { type GitlabPipeline, readPipeline } from "../support/pipelines/gitlab";
import { operatorSchema } from "../support/pipelines/operator-schema";
import { WORKSPACE } from "../support/pulumi";

const EXAMPLE = join(WORKSPACE, "examples", "gitops");
const WORKFLOWS = join(EXAMPLE, ".github", "workflows");
const UP42_SECRETS = ["UP42_USERNAME", "UP42_PASSWORD", "WEBHOOK_SECRET"];

describe("the workflows for GitHub Actions", () => {
  let actionlint: string;
  let names: string[];
  const texts: Record<string, string> = {};
  const workflows: Record<string, Workflow> = {};

  beforeAll(async () => {
    actionlint = await ensureActionlint();
    names = (await readdir(WORKFLOWS)).sort();
    for (const name of names) {
      texts[name] = await readFile(join(WORKFLOWS, name), "utf8");
      workflows[name] = await readWorkflow(join(WORKFLOWS, name));
    }
  });

  // Without the linters that happen to be on a machine.
  const lint = async (files: readonly string[]): Promise<CommandResult> =>
    await startCommand(actionlint, ["-shellcheck=", "-pyflakes=", ...files], {
      cwd: EXAMPLE,
      env: process.env,
    }).result;

  test("actionlint finds nothing", async () => {
    expect(names).toEqual(["deploy.yml", "drift.yml", "preview.yml"]);
    const { exitCode, stdout } = await lint(names.map((name) => join(WORKFLOWS, name)));
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  });

  test("actionlint would find something", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-actionlint-"));
    try {
      const file = join(folder, "broken.yml");
      await writeFile(file, (texts["drift.yml"] ?? "").replace("issues: write", "issue: write"));
      const { exitCode, stdout } = await lint([file]);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('unknown permission scope "issue"');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("actions are pinned by commit, each by the same one everywhere, with its version beside it", () => {
    const uses = Object.values(texts).flatMap((text) => text.match(/uses: .*/g) ?? []);
    expect(uses.length).toBeGreaterThan(10);
    for (const use of uses) expect(use).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const actions = new Set(uses.map((use) => use.split("@")[0]));
    expect(new Set(uses).size).toBe(actions.size);
  });

  test("each job may do what it needs, and nothing else", () => {
    const permissions = Object.values(workflows).flatMap(({ jobs }) =>
      Object.entries(jobs).map(([job, { permissions }]) => [job, permissions]),
    );
    const login = { contents: "read", "id-token": "write" };
    expect(Object.fromEntries(permissions)).toEqual({
      check: { contents: "read" },
      preview: { ...login, "pull-requests": "write" },
      deploy: login,
      drift: { ...login, issues: "write" },
    });
  });

  test("a deployment is never cancelled, and two never overlap", () => {
    expect(workflows["deploy.yml"]?.concurrency).toEqual({ group: "deploy", "cancel-in-progress": false });
    expect(workflows["drift.yml"]?.concurrency).toEqual({ group: "drift", "cancel-in-progress": false });
    expect(workflows["deploy.yml"]?.jobs.deploy).not.toHaveProperty("timeout-minutes");
  });

  test("a secret goes to the steps that need it, and to nothing that a fork can start", () => {
    const steps = Object.values(workflows).flatMap(({ jobs }) =>
      Object.values(jobs).flatMap((job) => job.steps),
    );
    const withSecrets = steps
      .filter((step) => /\$\{\{ *(secrets|github\.token)/.test(JSON.stringify(step)))
      .map(({ name }) => name);
    expect(withSecrets).toEqual(["Deploy", "Test", "Compare", "Keep the issue", "Preview", "Comment"]);
    // Nowhere but in the variables of steps.
    const places = Object.values(texts).flatMap(
      (text) => text.match(/.*(secrets\.[A-Z]|github\.token).*/g) ?? [],
    );
    for (const place of places) expect(place).toMatch(/^ {10}[A-Z0-9_]+: \$\{\{ [\w.]+ \}\}$/);
    for (const { on } of Object.values(workflows)) expect(on).not.toHaveProperty("pull_request_target");
    expect(workflows["preview.yml"]?.jobs.preview?.if).toContain("head.repo.full_name == github.repository");
  });

  test("the README says which secrets and variables to set", async () => {
    const readme = await readFile(join(EXAMPLE, "README.md"), "utf8");
    const all = [...Object.values(texts), await readFile(join(EXAMPLE, ".gitlab-ci.yml"), "utf8")].join("\n");
    const named = all.matchAll(/(?:secrets|vars)\.([A-Z0-9_]+)/g);
    for (const [, name] of named) expect(readme).toContain(`\`${name}\``);
    for (const name of ["GITLAB_TOKEN", "PULUMI_ORGANIZATION"]) expect(readme).toContain(`\`${name}\``);
  });
});

describe("the pipeline for GitLab CI", () => {
  const file = join(EXAMPLE, ".gitlab-ci.yml");
  let pipeline: GitlabPipeline;

  beforeAll(async () => {
    pipeline = await readPipeline(file);
  });

  test("GitLab's schema would find something", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-gitlab-"));
    try {
      const broken = join(folder, "broken.yml");
      await writeFile(broken, (await readFile(file, "utf8")).replace("resource_group:", "resourcegroup:"));
      await expect(readPipeline(broken)).rejects.toThrow("resourcegroup");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  const mergeRequest = {
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_COMMIT_BRANCH: "",
    CI_MERGE_REQUEST_PROJECT_ID: "42",
  };
  test.each([
    {
      pipeline: "merge request",
      given: { ...mergeRequest, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "42" },
      jobs: ["check-types", "preview"],
    },
    {
      pipeline: "merge request from a fork",
      given: { ...mergeRequest, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "43" },
      jobs: ["check-types"],
    },
    {
      pipeline: "push to main",
      given: { CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" },
      jobs: ["deploy", "test-delivery"],
    },
    {
      pipeline: "schedule",
      given: { CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" },
      jobs: ["drift"],
    },
  ])("$pipeline: $jobs", async ({ given, jobs }) => {
    expect(await pipeline.jobsFor(given)).toEqual(jobs);
  });

  test("a deployment is never cancelled, and two never overlap", () => {
    const { deploy, "test-delivery": tested, preview, drift } = pipeline.jobs;
    for (const job of [deploy, tested]) {
      expect(job).toMatchObject({ resource_group: "production", interruptible: false });
      expect(job?.environment?.name).toBe("production");
    }
    expect(preview).toMatchObject({
      interruptible: true,
      environment: { name: "preview", action: "access" },
    });
    expect(drift?.environment).toEqual({ name: "drift", action: "access" });
  });

  test("no variable that is set in the file is a secret", () => {
    expect(pipeline.variables).toEqual({ PULUMI_STACK: "prod", PULUMI_SKIP_UPDATE_CHECK: "true" });
  });
});

describe("the resources for the Pulumi Kubernetes Operator", () => {
  const validate = new Ajv({ discriminator: true, allErrors: true }).compile(operatorSchema);
  const StackSpec = v.looseObject({
    serviceAccountName: v.string(),
    stack: v.string(),
    projectRepo: v.string(),
    branch: v.string(),
    envRefs: v.record(v.string(), v.looseObject({ secret: v.unknown() })),
  });
  const Resource = v.looseObject({ kind: v.string(), metadata: v.looseObject({ name: v.string() }) });
  const resources: v.InferOutput<typeof Resource>[] = [];
  const one = (kind: string) => resources.find((resource) => resource.kind === kind);

  beforeAll(async () => {
    for (const name of ["stack.yaml", "workspace.yaml"]) {
      const documents = parseAllDocuments(await readFile(join(EXAMPLE, "kubernetes", name), "utf8"));
      for (const document of documents) resources.push(v.parse(Resource, document.toJS()));
    }
  });

  test("are what the operator and Kubernetes accept", () => {
    const kinds = ["ServiceAccount", "ClusterRoleBinding", "Stack", "Workspace", "Update"];
    expect(resources.map(({ kind }) => kind)).toEqual(kinds);
    for (const resource of resources) {
      expect({ kind: resource.kind, valid: validate(resource), errors: validate.errors ?? [] }).toEqual({
        kind: resource.kind,
        valid: true,
        errors: [],
      });
    }
  });

  test("a misspelt field, a literal secret and a name that is too long would be refused", () => {
    const stack = v.parse(v.looseObject({ spec: v.looseObject({}) }), one("Stack"));
    expect(validate({ ...stack, spec: { ...stack.spec, resyncFrequency: 300 } })).toBe(false);
    const literal = { UP42_PASSWORD: { type: "Literal", literal: { value: "x" } } };
    expect(validate({ ...stack, spec: { ...stack.spec, envRefs: literal } })).toBe(false);
    expect(validate({ ...stack, metadata: { name: "a".repeat(43), namespace: "up42" } })).toBe(false);
  });

  test("fit together, and need the same credentials as the pipelines", () => {
    const { spec } = v.parse(v.looseObject({ spec: StackSpec }), one("Stack"));
    const account = one("ServiceAccount")?.metadata.name;
    expect(spec.serviceAccountName).toBe(account);
    expect(one("ClusterRoleBinding")).toMatchObject({ subjects: [{ name: account, namespace: "up42" }] });
    expect(one("Workspace")).toMatchObject({
      metadata: { namespace: "up42" },
      spec: {
        serviceAccountName: account,
        git: { url: spec.projectRepo, ref: spec.branch },
        env: Object.entries(spec.envRefs).map(([name, { secret }]) => ({
          name,
          valueFrom: { secretKeyRef: secret },
        })),
        stacks: [{ name: spec.stack, create: false }],
      },
    });
    expect(one("Update")).toMatchObject({
      spec: { workspaceName: one("Workspace")?.metadata.name, stackName: spec.stack, type: "preview" },
    });
    expect(Object.keys(spec.envRefs).sort()).toEqual(["PULUMI_ACCESS_TOKEN", ...UP42_SECRETS].sort());
  });
});
