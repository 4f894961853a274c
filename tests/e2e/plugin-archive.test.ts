import { mkdtemp, rm } from "node:fs/promises";
import { arch, platform, tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { list } from "tar";
import { releasePlugin } from "../../tools/release-plugin.mjs";
import { startDeployment } from "../support/deployment";
import { onlyWebhook } from "../support/up42-account";
import { reference } from "../support/yaml";

/** Pulumi's names for systems and processors are Go's. */
const HERE = `${platform()}-${arch() === "x64" ? "amd64" : arch()}`;

/** It does not say where the plugin is. */
const program = (url: string) => ({
  name: "test",
  runtime: "yaml",
  resources: {
    orders: { type: "up42:Webhook", properties: { url, events: ["order.status"], active: true } },
    arrives: { type: "up42:WebhookTest", properties: { webhook: reference("orders") } },
  },
});

describe("the plugin's archives", () => {
  let folder: string;
  let version: string;
  let archives: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-up42-archives-"));
    ({ version, archives } = await releasePlugin(folder));
  });

  afterAll(() => rm(folder, { recursive: true }));

  test("are one for each platform, with what starts the plugin there", async () => {
    const found: Record<string, readonly string[]> = {};
    for (const file of archives) {
      const executables: string[] = [];
      await list({
        file,
        onReadEntry: ({ path, mode = 0 }) => {
          if (!path.includes("/") && path.startsWith("pulumi-resource-")) {
            executables.push(`${path} ${mode.toString(8)}`);
          }
        },
      });
      found[basename(file)] = executables;
    }
    const name = (platform: string): string => `pulumi-resource-up42-v${version}-${platform}.tar.gz`;
    const unix = ["pulumi-resource-up42 755"];
    const windows = ["pulumi-resource-up42.cmd 644"];
    expect(found).toEqual({
      [name("linux-amd64")]: unix,
      [name("linux-arm64")]: unix,
      [name("darwin-amd64")]: unix,
      [name("darwin-arm64")]: unix,
      [name("windows-amd64")]: windows,
      [name("windows-arm64")]: windows,
    });
  });

  test("this platform's is installed by Pulumi, and a YAML program finds it and deploys", async () => {
    const { emulator, receiver, project, close } = await startDeployment({
      program: (url) => ({ files: { "Pulumi.yaml": JSON.stringify(program(url)) } }),
    });
    try {
      // Without the programs of this workspace, which npm adds: the plugin is one of them.
      const entries = project.env.PATH?.split(delimiter) ?? [];
      const env = { PATH: entries.filter((entry) => !entry.includes("node_modules")).join(delimiter) };
      const without = await project.run(["preview"], { env, expectFailure: true });
      expect(without.stdout + without.stderr).toMatch(/plugin.*up42/);

      const archive = archives.find((file) => file.includes(HERE)) ?? HERE;
      await project.run(["plugin", "install", "resource", "up42", version], { args: ["--file", archive] });
      const up = await project.up({ env });
      expect(up.changes).toEqual({ create: 3 });
      expect(up.diagnostics.filter(({ severity }) => severity !== "warning")).toEqual([]);
      expect(onlyWebhook(emulator).url).toBe(receiver.url);
      expect(receiver.requests).toHaveLength(1);
      await project.destroy({ env });
      expect(emulator.webhooks()).toEqual([]);
    } finally {
      await close();
    }
  });
});
