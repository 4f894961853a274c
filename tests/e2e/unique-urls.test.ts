import { startDeployment, type TestDeployment } from "../support/deployment";
import { type Colleague, loginAs } from "../support/up42-account";

const URL = "https://example.com/up42";
const webhook = (resource: string, args: object): string =>
  `new up42.Webhook("${resource}", ${JSON.stringify({ url: URL, events: ["order.status"], ...args })});`;

describe("at an UP42 that takes each URL once", () => {
  let deployment: TestDeployment;
  let colleague: Colleague;
  let theirs: string;

  beforeAll(async () => {
    deployment = await startDeployment({
      program: () => webhook("ours", {}),
      emulator: { uniqueUrls: true },
    });
    colleague = await loginAs(deployment.emulator);
    theirs = await colleague.create({ name: "theirs", url: URL, events: ["order.status"] });
  });

  afterAll(() => deployment?.close());

  const write = async (source: string) =>
    await deployment.project.writeProgram(`const up42 = require("pulumi-up42");\n${source}`);

  test("a create names the webhook that has the URL, and the way to adopt it", async () => {
    const { stdout } = await deployment.project.up({ expectFailure: true });
    expect(stdout).toContain(`Failed to create webhook "ours": workspace `);
    expect(stdout).toContain("has a webhook with this URL already, and UP42 takes no second one (HTTP 409: ");
    expect(stdout).toContain(`${theirs} ("theirs", created `);
    expect(stdout).toContain('adopt it with name: "theirs" and ifExists: "adopt"');
    expect(deployment.emulator.webhooks()).toHaveLength(1);
  });

  test("that way works", async () => {
    await write(webhook("ours", { name: "theirs", ifExists: "adopt" }));
    await deployment.project.up();
    expect(deployment.emulator.webhooks().map(({ id }) => id)).toEqual([theirs]);
  });

  test("a change of the URL names the webhook that has it", async () => {
    const other = await colleague.create({ name: "other", url: `${URL}/other`, events: ["order.status"] });
    await write(webhook("ours", { name: "theirs", ifExists: "adopt", url: `${URL}/other` }));
    const { stdout } = await deployment.project.up({ expectFailure: true });
    expect(stdout).toContain(`Failed to update webhook "theirs" (${theirs}): workspace `);
    expect(stdout).toContain(`${other} ("other", created `);
    expect(stdout).toContain("Give one of the two another URL");
  });
});
