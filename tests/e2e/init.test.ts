import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runUp42 } from "../support/up42-command";

// That what it writes is deployed is shown by tests/docs/quickstart.test.ts, and what the files are by
// tests/unit/init.test.ts.

describe("pulumi-up42 init", () => {
  let folder: string;
  let nodeOnly: string;

  /** Without a Pulumi CLI, so that no stack is created anywhere. */
  const init = async (...args: readonly string[]) =>
    await runUp42(["init", ...args], { cwd: folder, env: { PATH: nodeOnly } });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-up42-init-"));
    nodeOnly = join(folder, "bin");
    await mkdir(nodeOnly);
    await symlink(process.execPath, join(nodeOnly, "node"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("writes a project without asking, and says what to do next", async () => {
    const { exitCode, stdout, stderr } = await init("My Webhooks!");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "What to do next:\n  cd 'My Webhooks!'\n  npm install\n  pulumi stack init dev\n  npm start ",
    );
    expect(stderr).toMatch(
      /^The stack dev was not created\. Failed to run `pulumi stack init`: there is no `pulumi` on PATH\. Install/,
    );
    const project = join(folder, "My Webhooks!");
    expect(await readFile(join(project, "Pulumi.yaml"), "utf8")).toMatch(/^name: "my-webhooks"$/m);
    expect(await readdir(project)).toContain("index.ts");
  });

  test("in Python, the package is made before the program runs", async () => {
    const { stdout } = await init("--language", "python");
    expect(stdout).toContain(
      "  npm install\n  pulumi package add ./node_modules/pulumi-up42/pulumi-resource-up42\n  pulumi stack init dev\n",
    );
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(["__main__.py", "requirements.txt", ".npmrc"]),
    );
  });

  test("--no-stack does not look for Pulumi at all", async () => {
    const { exitCode, stderr } = await init("webhooks", "--no-stack");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  test("overwrites nothing, and then writes nothing", async () => {
    await writeFile(join(folder, "package.json"), "mine");
    const { exitCode, stdout, stderr } = await init();
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(
      /^Failed to write a project to .*: it has package\.json already\. Run the command in/,
    );
    expect(await readFile(join(folder, "package.json"), "utf8")).toBe("mine");
    expect((await readdir(folder)).sort()).toEqual(["bin", "package.json"]);
  });

  test("what is no folder is named", async () => {
    await writeFile(join(folder, "file"), "");
    const { exitCode, stderr } = await init("file/webhooks");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^Failed to write a project to .*file\/webhooks: .*\./);
  });

  test("an unknown language is refused with those that there are", async () => {
    const { exitCode, stderr } = await init("--language", "cobol");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Allowed choices are typescript, javascript, python, yaml");
  });
});
