import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { verifyNotification } from "pulumi-up42/receiver";
import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { startCommand } from "../../tools/process.mjs";
import { createProject, type PulumiProject } from "../support/pulumi";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { readDocument } from "./markdown";

// What a user copies from the README: the commands and the program, as they stand there. Only what they have to fill in
// is filled in: their account, and the address of their receiver.

/** What a screen shows, roughly: the reader gets to the first webhook without turning the page. */
const SCREEN_LINES = 60;

const readme = readDocument("README.md");
let emulator: Emulator;
let receiver: TestReceiver;
let project: PulumiProject | undefined;

beforeAll(async () => {
  [emulator, receiver] = await Promise.all([startEmulator(), startReceiver()]);
});

afterAll(async () => {
  await project?.dispose();
  await Promise.all([emulator.close(), receiver.close()]);
});

test("its first webhook is on the first screen", () => {
  const up = readme.snippets.find(({ text }) => text.includes("pulumi up"));
  expect(up?.line).toBeLessThan(SCREEN_LINES);
  expect(readme.text.split("\n").length).toBeLessThan(1.5 * SCREEN_LINES);
});

test("its first program is deployed by its commands, and what UP42 sends can be verified", async () => {
  const program = readme.snippets.find(({ language }) => language === "ts")?.text ?? "";
  const commands = readme.snippets.find(({ text }) => text.includes("pulumi up"))?.text ?? "";
  const env = { UP42_API_URL: emulator.url, UP42_WORKSPACE_ID: DEMO_ACCOUNT.workspaceId };
  project = await createProject({ program: "", env });
  await writeProgram(project.folder, program.replace("https://example.com/up42", `${receiver.url}/up42`));

  await run(project, commands);

  expect(emulator.webhooks()).toEqual([
    expect.objectContaining({ name: "orders", events: ["order.status"], active: true }),
  ]);
  const [request] = receiver.requests;
  expect(receiver.requests).toEqual([expect.objectContaining({ method: "POST", path: "/up42" })]);
  const { headers = {}, body = "" } = request ?? {};
  const { notification } = verifyNotification(
    { headers, body },
    { secret: emulator.webhooks()[0]?.secret ?? "" },
  );
  expect(notification.event).toBe("order.status");

  await project.destroy();
  expect(emulator.webhooks()).toEqual([]);
});

test("provider/README.md shows the same program and commands", () => {
  const { snippets } = readDocument("provider/README.md");
  const texts = snippets.map(({ text }) => text);
  expect(readme.snippets.map(({ text }) => text)).toEqual(expect.arrayContaining(texts));
});

/** As `pulumi new typescript` leaves a project, but that nothing is checked twice: the snippets are compiled elsewhere. */
async function writeProgram(folder: string, program: string): Promise<void> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "test", main: "index.ts" }));
  const compilerOptions = { module: "node16", moduleResolution: "node16", strict: true, noCheck: true };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
  await writeFile(join(folder, "index.ts"), program);
}

/** Runs the commands in a shell. Where Pulumi asks, the password is typed in; `up` is confirmed. */
async function run({ folder, env }: PulumiProject, commands: string): Promise<void> {
  expect(commands).toMatch(/^pulumi config set --secret up42:password$/m);
  const script = commands
    .replace("you@example.com", DEMO_ACCOUNT.username)
    .replace(/^pulumi config set --secret up42:password$/m, `echo ${DEMO_ACCOUNT.password} | $&`)
    .replace(/^pulumi up$/m, "pulumi up --yes --skip-preview --non-interactive");
  const { exitCode, stdout, stderr } = await startCommand("bash", ["-ec", script], { cwd: folder, env })
    .result;
  expect({ exitCode, output: exitCode === 0 ? "" : stdout + stderr }).toEqual({ exitCode: 0, output: "" });
}
