import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { UNKNOWN } from "../../provider/src/lifecycle/properties";
import { TestedWebhooks } from "../../provider/src/plugin/tested-webhooks";
import { labelOf, nameOf, typeOf } from "../../provider/src/plugin/urn";
import { readValues, writeValues } from "../../provider/src/plugin/values";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

const secret = (value: object | string) => ({ [SIGNATURE]: SECRET, value });

describe("properties from the engine", () => {
  test("are plain; secrets are known by the name of their property, however deep they are", () => {
    const struct = Struct.fromJavaScript({
      url: secret("https://example.com"),
      events: ["job.status", secret("order.status")],
      webhook: { id: "1", nested: { deep: secret("x") } },
      output: { [SIGNATURE]: OUTPUT, value: "known", secret: true, dependencies: [] },
      field: { secret: true },
      active: true,
      name: null,
    });
    expect(readValues(struct)).toEqual({
      properties: {
        url: "https://example.com",
        events: ["job.status", "order.status"],
        webhook: { id: "1", nested: { deep: "x" } },
        output: "known",
        field: { secret: true },
        active: true,
      },
      secrets: new Set(["url", "events", "webhook", "output"]),
    });
  });

  test.each([
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  ])("are unknown, whatever their type: %s", (unknown) => {
    const struct = Struct.fromJavaScript({ a: unknown, b: [secret(unknown)], c: { [SIGNATURE]: OUTPUT } });
    expect(readValues(struct).properties).toEqual({ a: UNKNOWN, b: [UNKNOWN], c: UNKNOWN });
  });

  test("that are missing are none", () => {
    expect(readValues(undefined)).toEqual({ properties: {}, secrets: new Set() });
  });
});

describe("properties for the engine", () => {
  test("a webhook's secret is a secret, in lists too; and so is what came as one", () => {
    const struct = writeValues(
      { secret: "a", url: "b", name: "c", webhooks: [{ secret: "d" }], left: undefined },
      new Set(["secret", "url"]),
    );
    expect(struct.toJavaScript()).toEqual({
      secret: secret("a"),
      url: secret("b"),
      name: "c",
      webhooks: [{ secret: secret("d") }],
    });
  });

  test("what the engine has no value for is refused", () => {
    expect(() => writeValues({ run: () => undefined })).toThrow(TypeError);
  });
});

describe("URNs", () => {
  const urn = "urn:pulumi:dev::test::my:Component$up42:index:Webhook::orders::eu#2";

  test("have a type and a name, which may hold the separator", () => {
    expect(typeOf(urn)).toBe("up42:index:Webhook");
    expect(nameOf(urn)).toBe("orders::eu#2");
  });

  test("have a label each, which stays", () => {
    expect(labelOf(urn)).toMatch(/^orders::eu#2#\d+$/);
    expect(labelOf(urn)).toBe(labelOf(urn));
    expect(labelOf(urn.replace("dev", "prod"))).not.toBe(labelOf(urn));
  });
});

describe("the webhook that a test is given", () => {
  const type = "up42:index:Webhook";
  const urn = `urn:pulumi:dev::test::${type}::orders`;
  const state = {
    name: "orders",
    url: "https://example.com",
    events: ["order.status"],
    active: true,
    workspaceId: "w",
    updatedAt: "2026-01-01T00:00:00Z",
    secret: "s",
  };
  const tested = {
    id: "1",
    name: "orders",
    url: state.url,
    events: state.events,
    active: true,
    workspaceId: "w",
    updatedAt: state.updatedAt,
  };
  const reference = (id: unknown = "1", of = urn) => ({
    properties: { webhook: { [SIGNATURE]: RESOURCE, urn: of, id }, alwaysRun: true },
    secrets: new Set<string>(),
  });

  test("is what the process knows of it, without its secret", () => {
    const webhooks = new TestedWebhooks(type);
    webhooks.met(urn, "1", { properties: state, secrets: new Set(["secret"]) });
    expect(webhooks.resolve(reference(), {})).toEqual({
      properties: { webhook: tested, alwaysRun: true },
      secrets: new Set(),
    });
  });

  test("is a secret when what is known of it is one", () => {
    const webhooks = new TestedWebhooks(type);
    webhooks.met(urn, "1", { properties: state, secrets: new Set(["url"]) });
    expect(webhooks.resolve(reference(), {}).secrets).toEqual(new Set(["webhook"]));
  });

  test("is what the test knew of it, when the process has not met it; else its id", () => {
    const webhooks = new TestedWebhooks(type);
    expect(webhooks.resolve(reference(), { webhook: tested }).properties).toMatchObject({ webhook: tested });
    expect(webhooks.resolve(reference("2"), { webhook: tested }).properties).toEqual({
      webhookId: "2",
      alwaysRun: true,
    });
    expect(webhooks.resolve(reference(""), {}).properties).toMatchObject({ webhookId: UNKNOWN });
  });

  test("is its URN, which no check accepts, when it is no webhook", () => {
    const other = "urn:pulumi:dev::test::aws:s3:Bucket::orders";
    expect(new TestedWebhooks(type).resolve(reference("1", other), {}).properties.webhook).toBe(other);
  });
});
