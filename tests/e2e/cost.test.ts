import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEMO_ACCOUNT } from "up42-emulator";
import { script, startDeployment, type TestDeployment, takeCalls } from "../support/deployment";
import { type ExportedStack, nameOf, parseStack } from "../support/engine";
import { WORKSPACE } from "../support/pulumi";

/** More than those that are read one by one. */
const N = 20;
const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;
const MANY = `
  for (let index = 0; index < ${N}; index += 1) {
    new up42.Webhook("hook" + index, { url: "https://example.com/" + index, events: ["order.status"], active: true });
  }
`;

/** The webhooks of the fixture, as tests/e2e/upgrades.test.ts has them. */
const OF_THE_FIXTURE = `
  new up42.Webhook("orders", {
    url: "https://example.com/up42",
    events: ["order.status", "job.status"],
    secret: "a secret of long ago",
    active: true,
  });
  new up42.Webhook("jobs", { name: "Jobs of long ago", url: "https://example.com/jobs", events: ["job.status"] });
`;

/** The size of each webhook in a state, in bytes, without where in the program it is declared. */
function sizesIn({ deployment }: ExportedStack): Record<string, number> {
  const webhooks = deployment.resources.filter(({ type }) => type.endsWith("/up42:Webhook"));
  return Object.fromEntries(
    webhooks.map(({ sourcePosition: _position, stackTrace: _trace, ...entry }) => [
      nameOf(entry.urn),
      Buffer.byteLength(JSON.stringify(entry)),
    ]),
  );
}

describe("what a deployment costs", () => {
  let deployment: TestDeployment;

  beforeAll(async () => {
    deployment = await startDeployment({ program: () => MANY });
  });

  afterAll(() => deployment?.close());

  test(`at UP42: of ${N} webhooks, a request for each and three more, none without a change, one list to refresh`, async () => {
    const { emulator, project } = deployment;
    await project.up();
    const created = takeCalls(emulator);
    expect(created.filter((call) => call === `POST ${WEBHOOKS}`)).toHaveLength(N);
    expect(created.length).toBeLessThanOrEqual(N + 3);

    await project.preview();
    await project.up();
    expect(takeCalls(emulator)).toEqual([]);

    await project.refresh({ args: ["--expect-no-changes"] });
    const read = takeCalls(emulator);
    expect(read.filter((call) => call === `GET ${WEBHOOKS}`)).toHaveLength(1);
    expect(read.length).toBeLessThanOrEqual(6);

    await project.destroy();
    const deleted = takeCalls(emulator);
    expect(deleted.filter((call) => call.startsWith("DELETE "))).toHaveLength(N);
    expect(deleted.length).toBeLessThanOrEqual(N + 2);
    expect(emulator.webhooks()).toEqual([]);
  });

  test("in the state: at most a tenth more for each webhook than with version 0.1.0", async () => {
    const { project } = deployment;
    const file = join(WORKSPACE, "tests/fixtures/state/0.1.0.json");
    const before = sizesIn(parseStack(await readFile(file, "utf8")));
    await project.writeProgram(script(OF_THE_FIXTURE));
    await project.up();
    const now = sizesIn((await project.exportStack()).stack);
    expect(Object.keys(now).sort()).toEqual(["jobs", "orders"]);
    for (const [name, size] of Object.entries(now)) {
      expect(size).toBeLessThanOrEqual((before[name] ?? 0) * 1.1);
    }
  });
});
