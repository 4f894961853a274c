import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { descendants, isRunning, runCommand, signalAll, startCommand } from "../../tools/process.mjs";
import { startProxy, type TestProxy } from "../support/broken-proxy";
import type { TestDeployment } from "../support/deployment";
import { PLUGIN_FOLDER } from "../support/pulumi";
import { demoEnvironment } from "../support/up42-account";
import { startYamlDeployment } from "../support/yaml";

const PLUGIN = join(PLUGIN_FOLDER, "pulumi-resource-up42");

describe("the plugin's executable", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-up42-plugin-"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  test("says what it needs where there is no Node.js", async () => {
    const bin = join(folder, "bin");
    await mkdir(bin);
    await symlink("/bin/sh", join(bin, "sh"));
    const { exitCode, stdout, stderr } = await runCommand(PLUGIN, [], { env: { PATH: bin } });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /needs Node\.js 20 or newer, and there is no node on PATH\. See https:\/\/nodejs\.org/,
    );
  });

  test("says what it needs where Node.js is too old", async () => {
    const older = join(folder, "older.js");
    await writeFile(older, 'Object.defineProperty(process.versions, "node", { value: "18.20.8" });');
    const env = { ...process.env, NODE_OPTIONS: `--require ${older}` };
    const { exitCode, stdout, stderr } = await runCommand(PLUGIN, [], { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/needs Node\.js 20 or newer; this is v\d+.*Install a newer one/);
  });

  test("keeps its compiled code beside itself, where Node.js can, and ends as the engine ends it", async () => {
    const newer = join(folder, "newer.js");
    await writeFile(
      newer,
      'require("node:module").enableCompileCache = (folder) => console.error("compiled code:", folder);',
    );
    const plugin = startCommand(PLUGIN, [], {
      env: { ...process.env, NODE_OPTIONS: `--require ${newer}` },
    });
    await plugin.waitForOutput(/^\d+\n/);
    plugin.kill("SIGINT");
    const { exitCode, stderr } = await plugin.result;
    expect(stderr).toBe(`compiled code: ${join(PLUGIN_FOLDER, "dist/plugin/compiled")}\n`);
    // Only a process that ends by itself writes it.
    expect(exitCode).toBe(0);
  });

  test("keeps its compiled code in Node.js 20 too, and does without what is damaged", async () => {
    const copy = join(folder, "copy");
    for (const part of ["pulumi-resource-up42", "package.json", "dist/plugin"]) {
      await cp(join(PLUGIN_FOLDER, part), join(copy, part), {
        recursive: true,
        filter: (path) => basename(path) !== "compiled",
      });
    }
    const asIn20 = join(folder, "as-in-20.js");
    await writeFile(asIn20, 'require("node:module").enableCompileCache = undefined;');
    /** Starts and ends the plugin, and returns what it has kept. */
    const keep = async () => {
      const plugin = startCommand(join(copy, "pulumi-resource-up42"), [], {
        env: { ...process.env, NODE_OPTIONS: `--require ${asIn20}` },
      });
      await plugin.waitForOutput(/^\d+\n/);
      plugin.kill("SIGINT");
      expect(await plugin.result).toMatchObject({ exitCode: 0, stderr: "" });
      const [name = "", ...others] = await readdir(join(copy, "dist/plugin/compiled"));
      expect(others).toEqual([]);
      const file = join(copy, "dist/plugin/compiled", name);
      return { file, written: (await stat(file)).ino };
    };
    const { file, written } = await keep();
    expect((await keep()).written).toBe(written);
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0, bytes.length / 2));
    await keep();
    expect((await readFile(file)).subarray(-1000)).not.toEqual(Buffer.alloc(1000));
  });

  test("is found through links, as npm makes them", async () => {
    await symlink(PLUGIN, join(folder, "first"));
    await symlink("first", join(folder, "second"));
    const older = join(folder, "older.js");
    const env = { ...process.env, NODE_OPTIONS: `--require ${older}` };
    const { stderr } = await runCommand(join(folder, "second"), [], { env });
    expect(stderr).toMatch(/The provider plugin of UP42 needs/);
  });
});

describe("while UP42 does not answer", () => {
  let deployment: TestDeployment;
  let proxy: TestProxy;
  let env: Record<string, string>;
  let posts: number;
  let firstPost: Promise<void>;

  beforeAll(async () => {
    deployment = await startYamlDeployment({
      program: () => ({
        resources: {
          orders: {
            type: "up42:Webhook",
            properties: { url: "https://example.com/orders", events: ["order.status"], active: true },
          },
        },
      }),
    });
    proxy = await startProxy(deployment.emulator.url);
    env = { ...demoEnvironment(proxy.url), UP42_TIMEOUT_SECONDS: "3600", UP42_MAX_RETRIES: "1000" };
  });

  afterAll(async () => {
    await Promise.all([deployment?.close(), proxy?.close()]);
  });

  /** Answers creates with "too many requests", so many times. */
  const refuse = (times: number): void => {
    posts = 0;
    firstPost = new Promise((resolve) => {
      proxy.intercept(({ method, path }) => {
        if (method !== "POST" || !path.endsWith("/webhooks")) {
          return undefined;
        }
        posts += 1;
        resolve();
        const error = { message: "too many requests" };
        return posts > times
          ? undefined
          : {
              answer: {
                status: 429,
                headers: { "retry-after": "1" },
                body: JSON.stringify({ data: null, error }),
              },
            };
      });
    });
  };

  test("an interrupted command ends, and sends nothing more", async () => {
    const { project, emulator } = deployment;
    refuse(Number.POSITIVE_INFINITY);
    const running = project.start(["up", "--yes", "--skip-preview"], { env });
    await firstPost;
    process.kill(running.pid, "SIGINT");
    const { exitCode, stdout } = await running.result;
    expect(exitCode).not.toBe(0);
    expect(stdout).toMatch(/the command has ended or was interrupted, so nothing more is sent/);
    expect(emulator.webhooks()).toEqual([]);
  });

  test.each([
    ["", []],
    [", also when it writes logs and traces", ["--logflow", "-v=1", "--tracing", "http://127.0.0.1:9"]],
  ])("a killed engine takes its plugins along%s", async (_when, flags) => {
    const { project, emulator } = deployment;
    refuse(Number.POSITIVE_INFINITY);
    const running = project.start(["up", "--yes", "--skip-preview", ...flags], { env });
    await firstPost;
    const started = descendants(running.pid);
    const plugins = started.filter(({ command }) => command.includes("plugin/start.js"));
    // One of them gives YAML's language host the schema.
    expect(plugins).toHaveLength(2);
    process.kill(running.pid, "SIGKILL");
    while (plugins.some(({ pid }) => isRunning(pid))) {
      await setTimeout(50);
    }
    expect(emulator.webhooks()).toEqual([]);
    // Pulumi's language host would stay for minutes.
    signalAll(
      started.map(({ pid }) => pid),
      "SIGKILL",
    );
    await running.result;
    await project.run(["cancel", "--yes"]);
  });

  test("its progress stands beside the resource, and not among the messages that stay", async () => {
    refuse(1);
    const up = await deployment.project.up({ env });
    const said = up.events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? [diagnosticEvent] : []));
    expect(said).toContainEqual(
      expect.objectContaining({
        message: expect.stringMatching(/create webhook "orders": .*too many requests.*; trying again in/),
        urn: expect.stringMatching(/up42:index:Webhook::orders$/),
        ephemeral: true,
      }),
    );
    expect(up.diagnostics.filter(({ severity }) => severity !== "warning")).toEqual([]);
  });
});
