import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { startCommand } from "../../tools/process.mjs";
import { type Checkout, createCheckout } from "../support/checkout";
import { listenLocally } from "../support/listen";
import {
  gitlabJobsFor,
  type JobResult,
  type Machine,
  runGithubJob,
  runGitlabJob,
  runScript,
} from "../support/pipelines";
import { WORKSPACE } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs, onlyWebhook } from "../support/up42-account";
import { QUICKER_GO } from "../support/user-environment";

const EXAMPLE = join(WORKSPACE, "examples", "gitops");
const WORKFLOW = join(EXAMPLE, ".github", "workflows", "webhooks.yml");
/** Go builds it once and keeps it. */
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
const PASSPHRASE = canary("passphrase");
/** What each job begins with. It is run once, since all jobs find the same folder. */
const PREPARATIONS = ["npm ci --ignore-scripts", "npm run check"];
const secrets = {
  UP42_USERNAME: DEMO_ACCOUNT.username,
  UP42_PASSWORD: canary("password"),
  WEBHOOK_SECRET: canary("webhook"),
};
const account = { ...DEMO_ACCOUNT, password: secrets.UP42_PASSWORD };

let checkout: Checkout;
let receiver: TestReceiver;
let emulator: Emulator;
let machine: Machine;
const logs: string[] = [];

beforeAll(async () => {
  [checkout, receiver] = await Promise.all([createCheckout("gitops"), startReceiver()]);
  expect(await runScript(PREPARATIONS.join("\n"), checkout)).toMatchObject({ exitCode: 0 });
});
afterAll(async () => {
  await receiver?.close();
  await checkout?.dispose();
});
afterEach(() => emulator?.close());

/** What a person does once, by hand: a stack in a state of its own, with its configuration. */
async function setUp(state: string): Promise<void> {
  receiver.answer(200);
  emulator = await startEmulator({ accounts: [account] });
  const env = { PULUMI_BACKEND_URL: await checkout.backend(state), PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
  machine = {
    folder: checkout.folder,
    done: PREPARATIONS,
    env: { ...checkout.env, ...env, CI: "true", UP42_API_URL: emulator.url },
  };
  const settings = ["--plaintext", `url=${receiver.url}/up42`, "--plaintext", "testTimeoutSeconds=0.1"];
  await checkout.run("pulumi", ["stack", "init", "prod"], env);
  await checkout.run("pulumi", ["config", "set-all", "--stack", "prod", ...settings], env);
}

/** A colleague changes the webhook at UP42. */
async function setActive(active: boolean): Promise<void> {
  await (await loginAs(emulator, account)).change(onlyWebhook(emulator).id, { active });
}

async function expectNoSecrets(): Promise<void> {
  const files = [...logs.entries()].map(([index, log]) => [`log ${index + 1}`, log]);
  const kept = [secrets.UP42_PASSWORD, secrets.WEBHOOK_SECRET];
  expectNoCanaries(kept, { ...Object.fromEntries(files), ...(await checkout.states()) });
}

describe("the workflow for GitHub Actions", () => {
  const run = async (
    event_name: string,
    more: { actor?: string; from?: string } = {},
  ): Promise<JobResult> => {
    const { actor = "a-colleague", from = "acme/webhooks" } = more;
    const github = {
      event_name,
      actor,
      repository: "acme/webhooks",
      event: { pull_request: { head: { repo: { full_name: from } } } },
    };
    const contexts = {
      github,
      secrets: { ...secrets, PULUMI_ACCESS_TOKEN: "" },
      vars: { PULUMI_STACK: "prod" },
    };
    const result = await runGithubJob(machine, "webhooks.yml", "webhooks", contexts);
    logs.push(result.log);
    return result;
  };

  test("previews, deploys and tests, and sees drift and a receiver that fails", async () => {
    await setUp("github");
    expect(await run("pull_request")).toMatchObject({ conclusion: "success" });
    expect(emulator.webhooks()).toEqual([]);

    expect(await run("push")).toMatchObject({ conclusion: "success" });
    expect(onlyWebhook(emulator)).toMatchObject({ active: true, secret: secrets.WEBHOOK_SECRET });
    // Once by the deployment, once by the pipeline.
    expect(receiver.requests).toHaveLength(4);

    expect(await run("schedule")).toMatchObject({ conclusion: "success" });
    await setActive(false);
    const drift = await run("schedule");
    expect(drift).toMatchObject({ conclusion: "failure" });
    expect(drift.log).toMatch(/~ active +: true => false/);

    receiver.answer(503);
    const failed = await run("push");
    expect(failed).toMatchObject({ conclusion: "failure" });
    expect(failed.log).toMatch(/job\.status.*503/);
    expect(onlyWebhook(emulator)).toMatchObject({ active: true });
    await expectNoSecrets();
  });

  test("does not run for pull requests of forks and of Dependabot", async () => {
    await setUp("forks");
    expect(await run("pull_request", { from: "mallory/webhooks" })).toMatchObject({ conclusion: "skipped" });
    expect(await run("pull_request", { actor: "dependabot[bot]" })).toMatchObject({ conclusion: "skipped" });
  });

  test("is what actionlint accepts, and pins its actions", async () => {
    const args = ["run", ACTIONLINT, "-shellcheck=", "-pyflakes=", WORKFLOW];
    const { result } = startCommand("go", args, { cwd: EXAMPLE, env: { ...process.env, ...QUICKER_GO } });
    expect(await result).toMatchObject({ exitCode: 0, stdout: "" });
    const uses = (await readFile(WORKFLOW, "utf8")).match(/uses: .*/g) ?? [];
    expect(uses).toHaveLength(3);
    for (const use of uses) {
      expect(use).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });
});

describe("the pipeline for GitLab CI", () => {
  const run = async (job: string, env: NodeJS.ProcessEnv = {}): Promise<JobResult> => {
    const all = { ...machine.env, ...secrets, PULUMI_STACK: "prod", ...env };
    const result = await runGitlabJob({ ...machine, env: all }, job);
    logs.push(result.log);
    return result;
  };

  test("previews in one note, deploys and tests, and sees drift", async () => {
    await setUp("gitlab");
    const notes: { id: number; body: string; author: { id: number } }[] = [];
    const gitlab = await startGitlab(notes);
    try {
      const variables = { CI_API_V4_URL: gitlab.url, CI_PROJECT_ID: "42", CI_MERGE_REQUEST_IID: "7" };
      expect(await run("preview", variables)).toMatchObject({ conclusion: "success" });
      expect(await run("preview", variables)).toMatchObject({ conclusion: "success" });
      expect(notes).toHaveLength(1);
      expect(notes[0]?.body).toContain("+ 3 to create");
    } finally {
      await gitlab.close();
    }
    expect(await run("deploy")).toMatchObject({ conclusion: "success" });
    expect(onlyWebhook(emulator)).toMatchObject({ active: true, secret: secrets.WEBHOOK_SECRET });
    expect(await checkout.read("up42-junit.xml")).toContain('tests="2" failures="0"');
    expect(await run("drift")).toMatchObject({ conclusion: "success" });
    await setActive(false);
    expect(await run("drift")).toMatchObject({ conclusion: "failure" });
    await expectNoSecrets();
  });

  const mergeRequest = {
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_COMMIT_BRANCH: "",
    CI_MERGE_REQUEST_PROJECT_ID: "42",
  };
  test.each([
    [{ ...mergeRequest, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "42" }, ["preview"]],
    [{ ...mergeRequest, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "43" }, []],
    [{ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" }, ["deploy"]],
    [{ CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" }, ["drift"]],
  ])("with %j has %j", async (given, jobs) => {
    expect(await gitlabJobsFor(join(EXAMPLE, ".gitlab-ci.yml"), given)).toEqual(jobs);
  });
});

/** The notes of a merge request at GitLab, in memory. */
async function startGitlab(notes: { id: number; body: string; author: { id: number } }[]) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const { body = "" } = request.method === "GET" ? {} : Object(await json(request));
    const note = notes.find(({ id }) => pathname.endsWith(`/notes/${id}`));
    if (note !== undefined) {
      note.body = body;
    } else if (request.method === "POST") {
      notes.push({ id: notes.length + 1, body, author: { id: 1 } });
    }
    response.end(JSON.stringify(pathname === "/user" ? { id: 1 } : request.method === "GET" ? notes : {}));
  });
  return await listenLocally(server);
}
