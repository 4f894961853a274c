import { readdirSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { script, startDeployment, type TestDeployment, takeCalls } from "../support/deployment";

const STATES = resolve(__dirname, "../fixtures/state");
const DATA_FILE = /^(.+)\.up42\.json$/;

/** The text that stacks have stored. It is a contract with every stack there is: it may never change. */
const STUBS = {
  webhook:
    'exports.handler = () => require("module").createRequire(process.cwd() + "/_")("pulumi-up42/host").webhook',
  webhookTest:
    'exports.handler = () => require("module").createRequire(process.cwd() + "/_")("pulumi-up42/host").webhookTest',
};

/** What the fixtures' states are of. */
const PROGRAM = `
  const orders = new up42.Webhook("orders", {
    url: "https://example.com/up42",
    events: ["order.status", "job.status"],
    secret: "a secret of long ago",
    active: true,
  });
  new up42.WebhookTest("orders", { webhook: orders, eventNames: ["order.status"], triggers: ["1.0"] });
  new up42.Webhook("jobs", { name: "Jobs of long ago", url: "https://example.com/jobs", events: ["job.status"] });
  exports.id = orders.id;
`;

/** Stacks of today and of earlier, each with the UP42 that it belongs to. */
class Stacks {
  #folder = "";
  readonly #started: TestDeployment[] = [];

  async open(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), "pulumi-up42-state-"));
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map((deployment) => deployment.close()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A stack whose state is the fixture, perhaps edited, with today's program. */
  async restore(
    version: string,
    edit: (state: string) => string = (state) => state,
  ): Promise<TestDeployment> {
    const dataFile = join(this.#folder, `up42-${this.#started.length}.json`);
    await copyFile(join(STATES, `${version}.up42.json`), dataFile);
    const deployment = await startDeployment({ program: () => PROGRAM, emulator: { dataFile } });
    this.#started.push(deployment);
    const state = join(this.#folder, "state.json");
    await writeFile(state, edit(await readFile(join(STATES, `${version}.json`), "utf8")));
    await deployment.project.run(["stack", "import", "--file", state]);
    return deployment;
  }
}

const stacks = new Stacks();

beforeAll(() => stacks.open());
afterAll(() => stacks.close());

/** Writes a program that does not even parse. */
const breakProgram = ({ project }: TestDeployment): Promise<void> =>
  project.writeProgram("this is not JavaScript (");

const providersIn = async ({ project }: TestDeployment): Promise<Set<unknown>> => {
  const { stack } = await project.exportStack();
  const texts = stack.deployment.resources.flatMap(({ inputs, outputs }) => [
    inputs.__provider,
    outputs.__provider,
  ]);
  return new Set(texts.filter((text) => text !== undefined));
};

const versions = readdirSync(STATES).flatMap((file) => DATA_FILE.exec(file)?.[1] ?? []);

describe.each(versions)("a stack of version %s", (version) => {
  let deployment: TestDeployment;

  beforeAll(async () => {
    deployment = await stacks.restore(version);
  });

  test("has no changes with today's package, neither in the program nor at UP42", async () => {
    await deployment.project.preview({ args: ["--refresh", "--expect-no-changes"] });
    await deployment.project.up({ args: ["--expect-no-changes"] });
  });

  test("can be changed, and then holds the pinned text that loads the package, of at most 200 bytes", async () => {
    const { emulator, project, receiver } = deployment;
    const today = PROGRAM.replace("https://example.com/up42", receiver.url).replace('"1.0"', '"1.1"');
    await project.writeProgram(
      script(
        `${today}; new up42.Webhook("another", { url: "https://example.com/another", events: ["job.status"] });`,
      ),
    );
    const up = await project.up();
    expect(up.changes).toMatchObject({ create: 1, update: 2 });
    expect(emulator.webhooks()).toContainEqual(
      expect.objectContaining({ name: "orders", url: receiver.url, secret: "a secret of long ago" }),
    );
    expect(await providersIn(deployment)).toEqual(new Set(Object.values(STUBS)));
    expect(Object.values(STUBS).every((text) => Buffer.byteLength(text) <= 200)).toBe(true);
  });

  test("can be refreshed and destroyed when the program no longer runs", async () => {
    const { emulator, project } = deployment;
    await breakProgram(deployment);
    await project.refresh({ args: ["--expect-no-changes"] });
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
    expect((await project.exportStack()).stack.deployment.resources).toEqual([]);
  });
});

describe("a state with another text of the provider", () => {
  /** As other versions of the stub might read, or as `pulumi.dynamic.Resource` would have written it. */
  const OTHERS = {
    webhook: 'exports.handler = () => require("pulumi-up42/host").webhook',
    webhookTest: `
      exports.handler = __f0;
      function __f1(id, olds, news) { return (function () { with({}) { return async () => ({ changes: true }); } }).apply(this)(id); }
      function __f0() { return (function () { with({}) {
        return () => ({ diff: __f1, read: async (id, props) => ({ id, props }), delete: async () => undefined });
      } }).apply(undefined, undefined)(); }
    `,
  };

  test("shows no difference, can be destroyed, and goes away with the next change", async () => {
    const deployment = await stacks.restore("0.1.0", (state) =>
      (["webhook", "webhookTest"] as const).reduce(
        (text, handler) => text.replaceAll(JSON.stringify(STUBS[handler]), JSON.stringify(OTHERS[handler])),
        state,
      ),
    );
    expect(await providersIn(deployment)).toEqual(new Set(Object.values(OTHERS)));
    const { emulator, project, receiver } = deployment;
    await project.preview({ args: ["--expect-no-changes"] });
    expect(takeCalls(emulator)).toEqual([]);

    await project.writeProgram(script(PROGRAM.replace("https://example.com/up42", receiver.url)));
    await project.up();
    const texts = await providersIn(deployment);
    expect(texts).toContain(STUBS.webhook);
    expect(texts).toContain(STUBS.webhookTest);
    await breakProgram(deployment);
    await project.destroy();
    expect(emulator.webhooks()).toEqual([]);
  });
});
