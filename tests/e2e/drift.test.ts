import { DEMO_ACCOUNT, type Emulator, startEmulator } from "up42-emulator";
import { script, startDeployment, type TestDeployment, takeCalls, takeRequests } from "../support/deployment";
import { hostProgram } from "../support/program-host";
import { createProject, type Deployment, type PulumiProject } from "../support/pulumi";
import { type Colleague, loginAs, webhookWithId } from "../support/up42-account";

const TOKEN = "POST /realms/public/protocol/openid-connect/token";
const WEBHOOKS = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;

/** What the program declares, and what a colleague makes of it. */
const OURS = {
  url: "https://example.com/up42",
  events: ["job.status", "order.status"],
  secret: "ours",
  active: true,
};
const THEIRS = {
  name: "theirs",
  url: "https://elsewhere.example.com/",
  events: ["order.status"],
  secret: "theirs",
  active: false,
};
const FIELDS = ["name", "url", "events", "secret", "active"] as const;

/** A webhook for each field, named after it, and two more; their ids are exported. */
const program = (others: Record<string, object> = { order: {}, untouched: {} }): string => `
  const webhooks = { ${FIELDS.map((field) => `${field}: {}`).join()}, ...${JSON.stringify(others)} };
  for (const [name, args] of Object.entries(webhooks)) {
    exports[name] = new up42.Webhook(name, { ...${JSON.stringify(OURS)}, ...args }).id;
  }
`;

/** What the engine did with which resource, other than to look at it or leave it as it is. */
const changesIn = ({ steps }: Deployment): string[] =>
  steps
    .filter(({ op }) => op !== "same" && op !== "refresh")
    .map(({ op, name }) => `${op} ${name}`)
    .sort();

const updatesOf = (names: readonly string[]): string[] => names.map((name) => `update ${name}`).sort();

const idsOf = async (project: PulumiProject): Promise<Record<string, string>> =>
  Object.fromEntries(Object.entries(await project.outputs()).map(([name, id]) => [name, String(id)]));

describe("drift", () => {
  let deployment: TestDeployment;
  let colleague: Colleague;
  let ids: Record<string, string>;

  beforeAll(async () => {
    deployment = await startDeployment({ program: () => program() });
    await deployment.project.up();
    colleague = await loginAs(deployment.emulator);
    ids = await idsOf(deployment.project);
    for (const field of FIELDS) {
      await colleague.change(ids[field] ?? "", { [field]: THEIRS[field] });
    }
    await colleague.change(ids.order ?? "", { events: OURS.events.toReversed() });
    deployment.emulator.clearRequests();
  });

  afterAll(() => deployment?.close());

  test("fails `pulumi preview --refresh --expect-no-changes`, which shows each field and changes nothing", async () => {
    const { emulator, project } = deployment;
    const args = ["--refresh", "--expect-no-changes", "--diff"];
    const check = await project.preview({ args, expectFailure: true });
    expect(check.stderr).toContain("no changes were expected");
    expect(changesIn(check)).toEqual(updatesOf(FIELDS));
    expect(check.stdout).toMatch(/~ name *: "theirs" => "name"/);
    expect(check.stdout).toMatch(
      /~ url *: "https:\/\/elsewhere.example.com\/" => "https:\/\/example.com\/up42"/,
    );
    expect(check.stdout).toMatch(/~ active *: false => true/);
    expect(check.stdout).toMatch(/\+ \[1\]: "order.status"/);
    expect(check.stderr).toContain('Webhook "secret": its secret differs.');
    expect(takeRequests(emulator).filter(({ method }) => method !== "GET")).toMatchObject([
      { path: TOKEN.slice(5) },
    ]);
  });

  test("fails `pulumi refresh --expect-no-changes`, after which the state has the truth", async () => {
    const { project } = deployment;
    const refresh = await project.refresh({ args: ["--expect-no-changes"], expectFailure: true });
    expect(refresh.stderr).toContain("no changes were expected");
    const { stack } = await project.exportStack();
    for (const field of FIELDS) {
      const { inputs, outputs } = stack.deployment.resources.find(({ id }) => id === ids[field]) ?? {};
      const found =
        field === "secret" ? expect.objectContaining({ ciphertext: expect.any(String) }) : THEIRS[field];
      expect(inputs).toMatchObject({ name: field, ...OURS, secret: expect.anything(), [field]: found });
      expect(outputs).toMatchObject({ [field]: found });
    }
    const order = stack.deployment.resources.find(({ id }) => id === ids.order);
    expect(order?.outputs.events).toEqual(OURS.events);
  });

  test("is repaired by the next up: these webhooks, and no other", async () => {
    const { emulator, project } = deployment;
    emulator.clearRequests();
    const up = await project.up();
    expect(changesIn(up)).toEqual(updatesOf(FIELDS));
    const puts = takeRequests(emulator).filter(({ method }) => !["GET", "POST"].includes(method));
    expect(puts.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      FIELDS.map((field) => `PUT ${WEBHOOKS}/${ids[field]}`).sort(),
    );
    for (const field of FIELDS) {
      expect(webhookWithId(emulator, ids[field] ?? "")).toMatchObject({ ...OURS, name: field });
    }
    await project.preview({ args: ["--refresh", "--expect-no-changes"] });
  });

  test("an update of a webhook that is gone says so and names pulumi refresh", async () => {
    const { project } = deployment;
    await colleague.delete(ids.untouched ?? "");
    await colleague.delete(ids.order ?? "");
    await project.writeProgram(script(program({ order: {}, untouched: { active: false } })));
    const up = await project.up({ expectFailure: true });
    expect(up.stdout).toContain(
      `Failed to update webhook "untouched" (${ids.untouched}): workspace ${DEMO_ACCOUNT.workspaceId} does not have it ` +
        "any more. Run `pulumi refresh`, and then `pulumi up` to create it again.",
    );
  });

  test("what was deleted is dropped by refresh and created again by up", async () => {
    const { emulator, project } = deployment;
    const refresh = await project.refresh();
    expect(refresh.changes).toMatchObject({ delete: 2 });
    const up = await project.up();
    expect(changesIn(up)).toEqual(["create order", "create untouched"]);
    const created = await idsOf(project);
    expect(created.untouched).not.toBe(ids.untouched);
    expect(webhookWithId(emulator, created.untouched ?? "")).toMatchObject({
      name: "untouched",
      active: false,
    });
    expect(emulator.webhooks()).toHaveLength(7);
  });

  test("a webhook that is gone already does not keep the stack from being destroyed", async () => {
    const { emulator, project } = deployment;
    const { url } = ids;
    await colleague.delete(url ?? "");
    const destroy = await project.destroy();
    expect(destroy.stdout).toContain(`Webhook ${url} ("url") was gone already.`);
    expect(emulator.webhooks()).toEqual([]);
  });
});

describe("a secret, whether UP42 shows it or not", () => {
  const VISIBILITIES = ["clear", "masked", "empty", "omitted"] as const;
  const emulators: Emulator[] = [];
  let project: PulumiProject;

  /** One webhook at each emulator; each has its own profile. */
  const webhooks = (secret: string) =>
    script(`
      for (const profile of ${JSON.stringify(VISIBILITIES)}) {
        const args = { ...${JSON.stringify(OURS)}, secret: ${JSON.stringify(secret)}, profile };
        exports[profile] = new up42.Webhook(profile, args).id;
      }
    `);

  beforeAll(async () => {
    const env: Record<string, string> = {};
    for (const secretVisibility of VISIBILITIES) {
      const emulator = await startEmulator({ secretVisibility });
      emulators.push(emulator);
      const prefix = `UP42_${secretVisibility.toUpperCase()}`;
      env[`${prefix}_API_URL`] = emulator.url;
      env[`${prefix}_USERNAME`] = DEMO_ACCOUNT.username;
      env[`${prefix}_PASSWORD`] = DEMO_ACCOUNT.password;
    }
    project = await createProject({ hostProgram, program: webhooks("ours"), env });
  });

  afterAll(async () => {
    await Promise.all([project?.dispose(), ...emulators.map((emulator) => emulator.close())]);
  });

  test("is no drift, and no difference that stays", async () => {
    await project.up();
    await project.preview({ args: ["--refresh", "--expect-no-changes"] });
    await project.refresh({ args: ["--expect-no-changes"] });
  });

  test("can be rotated", async () => {
    await project.writeProgram(webhooks("rotated"));
    expect(changesIn(await project.up())).toEqual(updatesOf(VISIBILITIES));
    expect(emulators.flatMap((emulator) => emulator.webhooks()).map(({ secret }) => secret)).toEqual(
      VISIBILITIES.map(() => "rotated"),
    );
    await project.refresh({ args: ["--expect-no-changes"] });
  });

  test("that a colleague removes is drift, and is set again by the next up", async () => {
    const ids = await idsOf(project);
    for (const [index, emulator] of emulators.entries()) {
      const colleague = await loginAs(emulator);
      await colleague.change(ids[VISIBILITIES[index] ?? ""] ?? "", { secret: "" });
    }
    const preview = await project.preview({
      args: ["--refresh", "--expect-no-changes"],
      expectFailure: true,
    });
    expect(changesIn(preview)).toEqual(updatesOf(VISIBILITIES));
    await project.refresh({ args: ["--expect-no-changes"], expectFailure: true });
    expect(changesIn(await project.up())).toEqual(updatesOf(VISIBILITIES));
    expect(emulators.flatMap((emulator) => emulator.webhooks()).map(({ secret }) => secret)).toEqual(
      VISIBILITIES.map(() => "rotated"),
    );
    await project.preview({ args: ["--refresh", "--expect-no-changes"] });
  });

  test("counts as drift when a colleague has written the webhook, and is set again with what else has drifted", async () => {
    const ids = await idsOf(project);
    for (const [index, emulator] of emulators.entries()) {
      const colleague = await loginAs(emulator);
      await colleague.change(ids[VISIBILITIES[index] ?? ""] ?? "", { name: "theirs" });
      takeCalls(emulator);
    }
    const up = await project.up({ args: ["--refresh"] });
    expect(changesIn(up)).toEqual(updatesOf(VISIBILITIES));
    for (const emulator of emulators) {
      expect(emulator.webhooks()).toMatchObject([
        { name: expect.not.stringContaining("theirs"), secret: "rotated" },
      ]);
    }
    expect(up.stdout).toContain("its secret differs");
    await project.preview({ args: ["--refresh", "--expect-no-changes"] });
  });
});
