import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { arch, platform, tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { list } from "tar";
import { releasePlugin } from "../../tools/release-plugin.mjs";
import { startDeployment } from "../support/deployment";
import { type Listening, listenLocally } from "../support/listen";
import { onlyWebhook } from "../support/up42-account";
import { reference } from "../support/yaml";

/** Pulumi's names for systems and processors are Go's. */
const HERE = `${platform()}-${arch() === "x64" ? "amd64" : arch()}`;

/** It does not say where the plugin is, unless its resources have options that do. */
const program = (url: string, options: object = {}) => ({
  name: "test",
  runtime: "yaml",
  resources: {
    orders: { type: "up42:Webhook", properties: { url, events: ["order.status"], active: true }, options },
    arrives: { type: "up42:WebhookTest", properties: { webhook: reference("orders") }, options },
  },
});

/** The user's programs without those of this workspace, which npm adds: the plugin is one of them. */
const withoutWorkspace = ({ PATH = "" }: Readonly<Record<string, string | undefined>>) => ({
  PATH: PATH.split(delimiter)
    .filter((entry) => !entry.includes("node_modules"))
    .join(delimiter),
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
      const env = withoutWorkspace(project.env);
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

  describe("on a server, as a release publishes them", () => {
    let server: Listening;
    let requested: string[];

    beforeAll(async () => {
      server = await listenLocally(
        createServer(({ url = "" }, response) => {
          requested.push(url);
          const archive = archives.find((file) => `/${basename(file)}` === url);
          if (archive === undefined) {
            response.writeHead(404).end();
          }
          // In one piece, so that it has a length: Pulumi wants to know it.
          else {
            response.end(readFileSync(archive));
          }
        }),
      );
    });

    beforeEach(() => {
      requested = [];
    });

    afterAll(() => server?.close());

    test.each([
      { way: "by the command", installs: true },
      { way: "by a program that says where they are", installs: false },
    ])("this platform's is downloaded and installed $way", async ({ installs }) => {
      const { emulator, project, close } = await startDeployment({
        program: (url) => {
          const options = installs ? {} : { version, pluginDownloadURL: server.url };
          return { files: { "Pulumi.yaml": JSON.stringify(program(url, options)) } };
        },
      });
      try {
        const env = {
          ...withoutWorkspace(project.env),
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: String(installs),
        };
        if (installs) {
          const args = ["--server", server.url];
          await project.run(["plugin", "install", "resource", "up42", version], { args });
        }
        expect((await project.up({ env })).changes).toEqual({ create: 3 });
        expect(new Set(requested)).toEqual(new Set([`/pulumi-resource-up42-v${version}-${HERE}.tar.gz`]));
        expect(onlyWebhook(emulator).name).toBe("orders");
        await project.destroy({ env });
        expect(emulator.webhooks()).toEqual([]);
      } finally {
        await close();
      }
    });
  });
});
