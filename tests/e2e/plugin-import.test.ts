import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEMO_ACCOUNT } from "up42-emulator";
import { takeCalls } from "../support/deployment";
import { canary, expectNoCanaries } from "../support/secrets";
import { loginAs } from "../support/up42-account";
import { runUp42 } from "../support/up42-command";
import { startYamlDeployment, yamlProject } from "../support/yaml";

const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;
const SECRET = canary("webhook");

const THEIRS = {
  name: "Orders",
  url: "https://example.com/orders",
  events: ["order.status"],
  active: true,
  secret: SECRET,
};

const program = (options: object, properties: object = {}) => ({
  resources: {
    orders: {
      type: "up42:Webhook",
      properties: { ...THEIRS, secret: { "fn::secret": SECRET }, ...properties },
      options,
    },
  },
});

describe("a webhook that was made by hand", () => {
  test("is imported by the command, which writes the program, and the next preview is unchanged", async () => {
    const { emulator, project, close } = await startYamlDeployment({ program: () => ({ resources: {} }) });
    try {
      const id = await (await loginAs(emulator)).create(THEIRS);
      emulator.clearRequests();
      const code = join(project.folder, "imported.yaml");
      const args = ["--yes", "--skip-preview", "--protect=false", "--out", code];
      await project.run(["import", "up42:index:Webhook", "orders", id], { args });
      expect(takeCalls(emulator).filter((call) => !call.startsWith("POST /realms"))).toEqual([
        `GET ${WEBHOOKS}/${id}`,
      ]);
      const { text } = await project.exportStack();
      expectNoCanaries([SECRET], { state: text });
      expect(await readFile(code, "utf8")).toContain("https://example.com/orders");
      const list = await runUp42(["list", "--json"], { cwd: project.folder, env: project.env });
      expect(JSON.parse(list.stdout)).toMatchObject({ webhooks: [{ id, inStack: true }] });

      await project.writeFiles(yamlProject(program({})));
      await project.up({ args: ["--expect-no-changes"], preview: true });
      await project.destroy();
      expect(emulator.webhooks()).toEqual([]);
    } finally {
      await close();
    }
  });

  test("is imported by the option of that name, and what differs is changed, after a preview that shows it", async () => {
    const { emulator, project, close } = await startYamlDeployment({ program: () => ({ resources: {} }) });
    try {
      const id = await (await loginAs(emulator)).create(THEIRS);
      await project.writeFiles(yamlProject(program({ import: id }, { events: ["job.status"] })));
      expect((await project.preview({ args: ["--diff"] })).stdout).toMatch(/"order.status" => "job.status"/);
      const up = await project.up();
      expect(up.steps.map(({ op }) => op)).toEqual(["import", "update"]);
      expectNoCanaries([SECRET], { stdout: up.stdout, state: (await project.exportStack()).text });
      expect(emulator.webhooks()).toEqual([
        expect.objectContaining({ ...THEIRS, id, events: ["job.status"] }),
      ]);
      await project.writeFiles(yamlProject(program({}, { events: ["job.status"] })));
      await project.up({ args: ["--expect-no-changes"] });
    } finally {
      await close();
    }
  });

  test("loses nothing because the program that imports it leaves something out", async () => {
    const { emulator, project, close } = await startYamlDeployment({ program: () => ({ resources: {} }) });
    try {
      const id = await (await loginAs(emulator)).create(THEIRS);
      const { active: _active, secret: _secret, ...properties } = THEIRS;
      const resources = { orders: { type: "up42:Webhook", properties, options: { import: id } } };
      await project.writeFiles(yamlProject({ resources }));
      const refused = await project.preview({ expectFailure: true });
      const said = refused.diagnostics.map(({ message }) => message).join("\n");
      expect(said).toMatch(
        /active: webhook .*, which is to be imported, is active, and `active` is not given/,
      );
      expect(said).toMatch(
        /secret: webhook .*, which is to be imported, has a secret, and `secret` is not given/,
      );
      expect(emulator.webhooks()).toEqual([expect.objectContaining(THEIRS)]);
    } finally {
      await close();
    }
  });

  test("what is not there is not imported, and a test never is: each error names the way", async () => {
    const { project, close } = await startYamlDeployment({ program: () => ({ resources: {} }) });
    try {
      const id = "1df1ebb0-0000-4000-8000-000000000000";
      const missing = await project.run(["import", "up42:index:Webhook", "orders", id], {
        args: ["--yes"],
        expectFailure: true,
      });
      expect(missing.stdout + missing.stderr).toMatch(
        /Failed to read webhook 1df1ebb0.*: workspace .* has none with this id\. Check the id and the workspace/,
      );
      const test = await project.run(["import", "up42:index:WebhookTest", "arrives", id], {
        args: ["--yes"],
        expectFailure: true,
      });
      expect(test.stdout + test.stderr).toMatch(/Failed to import webhook test .*: UP42 keeps no tests\. /);
    } finally {
      await close();
    }
  });
});
