import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyNotification } from "pulumi-up42/receiver";
import { ModuleKind, ScriptTarget, transpile } from "typescript";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { type CommandResult, startCommand } from "../../tools/process.mjs";
import { createProject, type PulumiProject, WORKSPACE } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { loginAs, onlyWebhook } from "../support/up42-account";
import { readDocument, type Snippet } from "./markdown";

// The how-tos do what they say, by their own programs and commands.

const { username, password, workspaceId } = DEMO_ACCOUNT;

/** The snippet of a how-to that holds a text. */
function snippet(document: string, part: string): Snippet {
  const found = readDocument(`docs/how-to/${document}.md`).snippets.find(({ text }) => text.includes(part));
  if (found === undefined) {
    throw new Error(`${document}.md has no snippet with "${part}".`);
  }
  return found;
}

function compiled(program: string): string {
  return transpile(program, { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 });
}

/** Runs commands of a document; what a person answers to Pulumi is given instead. */
async function run(
  commands: string,
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  const script = commands.replace(/^pulumi up$/gm, "$& --yes --skip-preview --non-interactive");
  return await startCommand("bash", ["-ec", script], { cwd, env }).result;
}

let emulator: Emulator;
let receiver: TestReceiver;

beforeEach(async () => {
  [emulator, receiver] = await Promise.all([startEmulator(), startReceiver()]);
});

afterEach(async () => {
  await Promise.all([emulator.close(), receiver.close()]);
});

describe("with a stack", () => {
  let project: PulumiProject;
  const oldSecret = "the old secret";

  const start = async (program: string): Promise<void> => {
    project = await createProject({
      program: compiled(program),
      config: {
        "up42:apiUrl": emulator.url,
        "up42:username": username,
        "up42:password": { secret: password },
        "webhook:url": `${receiver.url}/old`,
        "webhook:secret": { secret: oldSecret },
      },
    });
    await project.up();
  };
  const follow = async (commands: string): Promise<CommandResult> =>
    await run(commands, { cwd: project.folder, env: project.env });

  afterEach(() => project.dispose());

  test("a URL is moved without a gap", async () => {
    const program = snippet("move-a-url", "replaceOnChanges").text;
    const move = (path: string): string =>
      snippet("move-a-url", "pulumi up").text.replace("https://example.com/new", `${receiver.url}/${path}`);
    await start(program);
    const { id } = onlyWebhook(emulator);
    const during: string[][] = [];
    receiver.answer(({ path }) => {
      during.push(emulator.webhooks().map(({ url }) => new URL(url).pathname));
      return path === "/broken" ? 401 : 204;
    });

    expect(await follow(move("new"))).toMatchObject({ exitCode: 0 });
    expect(during).toEqual([["/old", "/new"]]);
    const moved = onlyWebhook(emulator);
    expect(moved).toMatchObject({ url: `${receiver.url}/new`, active: true });
    expect(moved.id).not.toBe(id);

    // The test of a receiver that does not work fails, and the webhook that works stays.
    const impatient = program.replace("{ webhook }", "{ webhook, timeoutSeconds: 0.1 }");
    await project.writeProgram(compiled(impatient));
    expect((await follow(move("broken"))).exitCode).not.toBe(0);
    expect(emulator.webhooks().map(({ url }) => new URL(url).pathname)).toEqual(["/new", "/broken"]);

    await project.writeProgram(compiled(impatient.replace("active: true,", '$& ifExists: "create",')));
    expect(await follow(move("new"))).toMatchObject({ exitCode: 0 });
    expect(onlyWebhook(emulator)).toMatchObject({ url: moved.url, active: true });
  });

  test("a secret is rotated while the receiver knows both", async () => {
    const { text } = readDocument("README.md").snippets.find(({ language }) => language === "ts") ?? {
      text: "",
    };
    await start(text);
    const newSecret = "the new secret";
    const commands = snippet("rotate-a-secret", "pulumi up").text;
    const typed = commands.replace(/^pulumi config set --secret .*$/m, `echo '${newSecret}' | $&`);
    expect(typed).not.toBe(commands);

    const { id } = onlyWebhook(emulator);
    expect(await follow(typed)).toMatchObject({ exitCode: 0 });

    expect(onlyWebhook(emulator)).toMatchObject({ id, secret: newSecret });
    const signedBy = receiver.requests.map(
      (request) => verifyNotification(request, { secrets: [newSecret, oldSecret] }).secretIndex,
    );
    expect(signedBy).toEqual([1, 0]);
  });
});

describe("without a stack", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-up42-how-to-"));
    await symlink(join(WORKSPACE, "node_modules"), join(folder, "node_modules"), "dir");
    const { PATH, HOME } = process.env;
    env = { PATH, HOME, UP42_API_URL: emulator.url, UP42_USERNAME: username, UP42_PASSWORD: password };
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("the workspace is found, by people and by scripts", async () => {
    const people = await run(snippet("find-the-workspace", "whoami\n").text, { cwd: folder, env });
    const shown = snippet("find-the-workspace", "Account ").text.replace("you@example.com", username);
    expect(people.stdout).toContain(shown.trim());
    const script = await run(snippet("find-the-workspace", "--json").text, { cwd: folder, env });
    expect(script).toMatchObject({ exitCode: 0, stdout: `${workspaceId}\n` });
  });

  test("an alert comes when a webhook does not deliver, and none when it does", async () => {
    const alerts = await startReceiver();
    try {
      const colleague = await loginAs(emulator);
      await colleague.create({ name: "orders", url: receiver.url, events: ["order.status"], active: true });
      const follow = async (part: string): Promise<CommandResult> =>
        await run(snippet("alerts", part).text.replace("--timeout 120", "--timeout 0.1"), {
          cwd: folder,
          env: { ...env, ALERT_URL: alerts.url },
        });
      expect(await follow("--timeout 120\n")).toMatchObject({ exitCode: 0 });
      await follow("ALERT_URL");
      expect(alerts.requests).toEqual([]);

      receiver.answer(500);
      expect(await follow("--timeout 120\n")).toMatchObject({ exitCode: 1 });
      await follow("ALERT_URL");
      expect(alerts.requests).toEqual([expect.objectContaining({ method: "POST" })]);
    } finally {
      await alerts.close();
    }
  });
});
