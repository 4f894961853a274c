import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { type Checkout, createCheckout } from "../support/pipelines/checkout";
import { startCloud } from "../support/pipelines/cloud";
import { type FilledForge, REQUEST, startGithub, startGitlab } from "../support/pipelines/forges";
import { type GithubRunner, type JobResult, readWorkflow, runJob } from "../support/pipelines/github";
import {
  type GitlabPipeline,
  type GitlabResult,
  readPipeline,
  runGitlabJob,
} from "../support/pipelines/gitlab";
import { runScript } from "../support/pipelines/shell";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs } from "../support/up42-account";

// What the runners leave out, and why: this machine is set up, GitHub and Pulumi Cloud are not here, and packages are
// installed once, by that very line of the workflow.
const LEFT_OUT_ACTIONS = [
  "actions/checkout",
  "actions/setup-node",
  "actions/upload-artifact",
  "pulumi/actions",
  "pulumi/auth-actions",
];
const INSTALL = "npm ci --ignore-scripts";

// Many runs of Pulumi in a row, on whatever machine this is.

const secrets = {
  UP42_USERNAME: DEMO_ACCOUNT.username,
  UP42_PASSWORD: canary("password"),
  WEBHOOK_SECRET: canary("webhook"),
  PULUMI_CONFIG_PASSPHRASE: canary("passphrase"),
};
const forgeToken = canary("forge").replace(/[^\w-]/g, "");
const CANARIES = [
  secrets.UP42_PASSWORD,
  secrets.WEBHOOK_SECRET,
  secrets.PULUMI_CONFIG_PASSPHRASE,
  forgeToken,
];
const account = { ...DEMO_ACCOUNT, password: secrets.UP42_PASSWORD };
const previewMarker = "<!-- up42-gitops: preview of prod -->";
const driftMarker = "<!-- up42-gitops: drift of prod -->";

/** What may be different about a run in GitHub Actions. */
interface Circumstances {
  readonly event?: object;
  readonly ref?: string;
  readonly actor?: string;
  readonly password?: string;
}

let checkout: Checkout;
let receiver: TestReceiver;
let emulator: Emulator;

beforeAll(async () => {
  [checkout, receiver] = await Promise.all([createCheckout("gitops"), startReceiver()]);
  const { jobs } = await readWorkflow(join(checkout.folder, ".github", "workflows", "deploy.yml"));
  expect(jobs.deploy?.steps.map(({ run }) => run)).toContain(INSTALL);
  const installed = await runScript(INSTALL, { cwd: checkout.folder, env: checkout.env });
  expect(installed).toMatchObject({ exitCode: 0 });
});

afterAll(async () => {
  await receiver?.close();
  await checkout?.dispose();
});

beforeEach(async () => {
  receiver.answer(200);
  emulator = await startEmulator({ accounts: [account] });
});

afterEach(async () => {
  await emulator.close();
});

/** What somebody does once, by hand: a stack in this state, with its configuration. */
async function createStack(state: string): Promise<string> {
  const backend = await checkout.backend(state);
  const env = { ...secrets, PULUMI_BACKEND_URL: backend };
  await checkout.run("pulumi", ["stack", "init", "prod", "--no-select"], env);
  const settings = [`url=${receiver.url}/up42`, "testTimeoutSeconds=0.1"];
  const flags = settings.flatMap((setting) => ["--plaintext", setting]);
  await checkout.run("pulumi", ["config", "set-all", "--stack", "prod", ...flags], env);
  return backend;
}

/** Somebody works in UP42's console. */
async function setActive(active: boolean): Promise<void> {
  const [webhook] = emulator.webhooks();
  if (webhook === undefined) throw new Error("There is no webhook.");
  const { id, name, url, events, secret } = webhook;
  await (await loginAs(emulator, account)).change(id, { name, url, events, secret, active });
}

/** Everything that others could read. */
async function expectNoSecrets(logs: readonly string[], forge: FilledForge): Promise<void> {
  expectNoCanaries(CANARIES, {
    ...Object.fromEntries(logs.map((log, index) => [`log ${index + 1}`, log])),
    comments: JSON.stringify(forge.request),
    issues: JSON.stringify(forge.issues),
    preview: (await checkout.read("preview.md")) ?? "",
    drift: (await checkout.read("drift.md")) ?? "",
    junit: (await checkout.read("up42-junit.xml")) ?? "",
    configuration: (await checkout.read("Pulumi.prod.yaml")) ?? "",
    ...(await checkout.states()),
  });
}

describe("GitHub Actions", () => {
  let github: FilledForge;
  let backend: string;
  const logs: string[] = [];

  beforeAll(async () => {
    github = await startGithub(forgeToken, `${previewMarker}\n${driftMarker}\nnot written by the pipeline`);
    backend = await createStack("github");
  });

  afterAll(async () => {
    await github?.close();
  });

  const run = async (
    file: string,
    job: string,
    {
      event = {},
      ref = "refs/heads/main",
      actor = "somebody",
      password = secrets.UP42_PASSWORD,
    }: Circumstances = {},
  ): Promise<JobResult> => {
    const runner: GithubRunner = {
      folder: checkout.folder,
      env: {
        ...checkout.env,
        CI: "true",
        GITHUB_ACTIONS: "true",
        GITHUB_API_URL: github.url,
        GITHUB_SERVER_URL: "https://github.example",
        GITHUB_REPOSITORY: "acme/webhooks",
        GITHUB_RUN_ID: "4711",
        UP42_API_URL: emulator.url,
      },
      leftOutActions: LEFT_OUT_ACTIONS,
      leftOutScripts: [INSTALL],
    };
    const result = await runJob(runner, file, job, {
      github: {
        ref,
        repository: "acme/webhooks",
        actor,
        token: forgeToken,
        event: {
          pull_request: { number: REQUEST, head: { repo: { full_name: "acme/webhooks" } } },
          ...event,
        },
      },
      secrets: { ...secrets, UP42_PASSWORD: password },
      vars: { PULUMI_BACKEND_URL: backend, TEST_TIMEOUT_SECONDS: "0.1" },
    });
    logs.push(result.log, result.summary);
    return result;
  };
  const conclusions = ({ steps }: JobResult) =>
    Object.fromEntries(steps.flatMap(({ name, conclusion, result }) => (result ? [[name, conclusion]] : [])));
  const ours = () => github.request.comments.filter(({ author }) => author === "bot");

  test("from a pull request to a repaired drift", async () => {
    const check = await run("preview.yml", "check");
    expect(conclusions(check)).toEqual({ "Check types": "success" });

    // A pull request: the preview is a comment.
    const preview = await run("preview.yml", "preview");
    expect(conclusions(preview)).toEqual({ Preview: "success", Comment: "success" });
    expect(emulator.webhooks()).toEqual([]);
    expect(ours()).toHaveLength(1);
    expect(ours()[0]?.body).toMatch(new RegExp(`^${previewMarker}\n\n### Preview of prod\n`));
    expect(ours()[0]?.body).toContain("**+ 3 to create**");
    expect(ours()[0]?.body).toMatch(/\n {8}url +: "http/);
    expect(ours()[0]?.body).toContain("https://github.example/acme/webhooks/actions/runs/4711");
    expect(preview.summary).toBe(ours()[0]?.body);

    // It is merged: deployed, and tested.
    const deploy = await run("deploy.yml", "deploy");
    expect(conclusions(deploy)).toEqual({ Deploy: "success", Test: "success" });
    expect(emulator.webhooks()).toMatchObject([{ active: true, secret: secrets.WEBHOOK_SECRET }]);
    // Once by the deployment itself, once by the pipeline.
    expect(receiver.requests).toHaveLength(4);
    expect(await checkout.read("up42-junit.xml")).toContain(
      '<testsuites name="pulumi-up42" tests="2" failures="0"',
    );
    expect(deploy.summary).toContain("| notifications, job.status | arrived |");

    // Somebody changes it at UP42: the nightly check opens an issue.
    await setActive(false);
    const drift = await run("drift.yml", "drift");
    expect(conclusions(drift)).toEqual({ Compare: "success", "Keep the issue": "success" });
    const [decoy, issue] = github.issues;
    expect(github.issues).toHaveLength(2);
    expect(issue).toMatchObject({ title: "UP42 is not what prod says", isOpen: true });
    expect(issue?.body).toMatch(new RegExp(`^${driftMarker}\n`));
    expect(issue?.body).toMatch(/~ active +: true => false/);
    expect(issue?.body).not.toContain("no changes were expected");

    // The next deployment repairs it, but the receiver fails: so does the job, and says why.
    receiver.answer(503);
    const failed = await run("deploy.yml", "deploy");
    expect(failed.conclusion).toBe("failure");
    expect(conclusions(failed)).toEqual({ Deploy: "failure", Test: "failure" });
    expect(failed.steps.at(-1)).toMatchObject({
      name: expect.stringContaining("upload-artifact"),
      conclusion: "success",
    });
    expect(emulator.webhooks()).toMatchObject([{ active: true }]);
    const junit = (await checkout.read("up42-junit.xml")) ?? "";
    expect(junit).toContain('<testsuites name="pulumi-up42" tests="2" failures="2"');
    const annotations = stepOutput(failed, "Test").match(/^::.*$/gm) ?? [];
    expect(annotations).toHaveLength(2);
    expect(annotations[0]).toMatch(/^::error title=notifications%2C job\.status::Test request failed.*503/);
    expect(failed.summary).toMatch(/\| notifications, job\.status \| .*503/);

    // The issue is brought up to date, not repeated: the deployment is not complete.
    const before = issue?.body;
    const stillDrift = await run("drift.yml", "drift");
    expect(stillDrift).toMatchObject({ conclusion: "success" });
    expect(github.issues).toEqual([decoy, issue]);
    expect(issue).toMatchObject({ isOpen: true, comments: [] });
    expect(issue?.body).not.toBe(before);
    expect(issue?.body).toContain("dynamic/up42:WebhookTest: (update)");

    // The receiver is mended, and the deployment run again: all is well, and the issue closed.
    receiver.answer(200);
    expect((await run("deploy.yml", "deploy")).conclusion).toBe("success");
    const gone = await run("drift.yml", "drift");
    expect(gone.conclusion).toBe("success");
    expect(issue).toMatchObject({
      isOpen: false,
      comments: [{ body: "UP42 is what the program says again." }],
    });
    expect(decoy).toMatchObject({ isOpen: true, author: "person" });

    // A preview that fails, on the same pull request: the same comment.
    const comment = ours()[0]?.id;
    const refused = await run("preview.yml", "preview", { password: "wrong" });
    expect(conclusions(refused)).toEqual({ Preview: "failure", Comment: "success" });
    expect(refused.conclusion).toBe("failure");
    expect(ours().map(({ id }) => id)).toEqual([comment]);
    expect(ours()[0]?.body).toContain("**The preview failed.**");
    expect(ours()[0]?.body).toContain("UP42 refused the username and password");
    expect(github.request.comments.filter(({ author }) => author === "person")).toMatchObject([
      { body: "Looks good" },
      { body: expect.stringContaining("not written by the pipeline") },
    ]);
    // What cannot be found out is no drift.
    const unknown = await run("drift.yml", "drift", { password: "wrong" });
    expect(conclusions(unknown)).toEqual({ Compare: "failure" });
    expect(github.issues).toEqual([decoy, issue]);
    await expectNoSecrets(logs, github);
  });

  test("pull requests of forks and of Dependabot are not previewed, and only main is deployed", async () => {
    const fork = { pull_request: { number: REQUEST, head: { repo: { full_name: "mallory/webhooks" } } } };
    for (const circumstances of [{ event: fork }, { actor: "dependabot[bot]" }]) {
      expect(await run("preview.yml", "preview", circumstances)).toMatchObject({ conclusion: "skipped" });
    }
    const branch = await run("deploy.yml", "deploy", { ref: "refs/heads/experiment" });
    expect(branch).toMatchObject({ conclusion: "skipped" });
  });
});

describe("GitLab CI", () => {
  let gitlab: FilledForge;
  let pipeline: GitlabPipeline;
  let backend: string;
  const logs: string[] = [];

  beforeAll(async () => {
    [gitlab, pipeline, backend] = await Promise.all([
      startGitlab(forgeToken, `${previewMarker}\n${driftMarker}\nnot written by the pipeline`),
      readPipeline(join(checkout.folder, ".gitlab-ci.yml")),
      createStack("gitlab"),
    ]);
    await rm(join(checkout.folder, "preview.md"), { force: true });
  });

  afterAll(async () => {
    await gitlab?.close();
  });

  const run = async (name: string): Promise<GitlabResult> => {
    const job = pipeline.jobs[name];
    if (job === undefined) throw new Error(`There is no job ${name}.`);
    const env = {
      ...checkout.env,
      ...secrets,
      ...pipeline.variables,
      CI: "true",
      GITLAB_CI: "true",
      GITLAB_TOKEN: forgeToken,
      CI_API_V4_URL: gitlab.url,
      CI_PROJECT_ID: "42",
      CI_MERGE_REQUEST_IID: String(REQUEST),
      CI_JOB_URL: "https://gitlab.example/acme/webhooks/-/jobs/4711",
      PULUMI_BACKEND_URL: backend,
      TEST_TIMEOUT_SECONDS: "0.1",
      UP42_API_URL: emulator.url,
    };
    const result = await runGitlabJob(job, { folder: checkout.folder, env, leftOutScripts: [INSTALL] });
    logs.push(result.log);
    return result;
  };
  const ours = () => gitlab.request.comments.filter(({ author }) => author === "bot");

  test("from a merge request to an issue about drift", async () => {
    expect((await run("check-types")).conclusion).toBe("success");

    const preview = await run("preview");
    expect(preview).toMatchObject({ conclusion: "success" });
    expect(ours()).toHaveLength(1);
    expect(ours()[0]?.body).toContain("**+ 3 to create**");
    expect(ours()[0]?.body).toContain("https://gitlab.example/acme/webhooks/-/jobs/4711");
    expect(await checkout.read("preview.md")).toBe(ours()[0]?.body);

    expect((await run("deploy")).conclusion).toBe("success");
    expect(emulator.webhooks()).toMatchObject([{ active: true, secret: secrets.WEBHOOK_SECRET }]);
    // The receiver fails: so does the job, with the report for GitLab.
    receiver.answer(503);
    expect((await run("test-delivery")).conclusion).toBe("failure");
    expect(await checkout.read("up42-junit.xml")).toMatch(
      /tests="2" failures="2"[\s\S]*<failure message="[^"]*503/,
    );
    receiver.answer(200);
    expect((await run("test-delivery")).conclusion).toBe("success");
    expect(await checkout.read("up42-junit.xml")).toContain('tests="2" failures="0"');

    expect((await run("drift")).conclusion).toBe("success");
    expect(gitlab.issues).toHaveLength(1);
    await setActive(false);
    expect((await run("drift")).conclusion).toBe("success");
    const [decoy, issue] = gitlab.issues;
    expect(issue).toMatchObject({ title: "UP42 is not what prod says", isOpen: true });
    expect(issue?.body).toMatch(/~ active +: true => false/);

    await setActive(true);
    expect((await run("drift")).conclusion).toBe("success");
    expect(gitlab.issues).toEqual([decoy, issue]);
    expect(issue).toMatchObject({ isOpen: false, comments: [{ author: "bot" }] });
    expect(decoy).toMatchObject({ isOpen: true, author: "person" });

    // The same note for the same merge request.
    await run("preview");
    expect(ours()).toHaveLength(1);
    expect(ours()[0]?.body).toContain("**3 unchanged**");
    await expectNoSecrets(logs, gitlab);
  });

  test("logs in to Pulumi Cloud with the job's identity", async () => {
    const cloud = await startCloud();
    try {
      const line = pipeline.jobs.deploy?.before_script.find((script) => script.includes("login")) ?? "";
      const env = {
        ...checkout.env,
        PULUMI_BACKEND_URL: cloud.url,
        PULUMI_ORGANIZATION: "acme",
        PULUMI_ID_TOKEN: cloud.idToken,
      };
      const result = await runScript(line, { cwd: checkout.folder, env });
      expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Logged in to") });
      expect(pipeline.jobs.deploy?.id_tokens).toEqual({
        PULUMI_ID_TOKEN: { aud: "urn:pulumi:org:$PULUMI_ORGANIZATION" },
      });
      expect(cloud.exchanged).toMatchObject([
        { audience: "urn:pulumi:org:acme", subject_token: cloud.idToken },
      ]);
      expect(result.stdout + result.stderr).not.toContain(cloud.idToken);
    } finally {
      await cloud.close();
    }
  });
});

function stepOutput({ steps }: JobResult, name: string): string {
  return steps.find((step) => step.name === name)?.result?.stdout ?? "";
}
