import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import { parse } from "yaml";
import { type EmulatorOptions, startEmulator } from "../../emulator/src";
import { OPERATIONS } from "../../emulator/src/description";
import { startReceiver } from "../support/receiver";
import { at, createWebhook, login, loginForm, type Reply, send, TOKEN_PATH, WEBHOOKS } from "./client";

const TEXT = readFileSync(join(__dirname, "../../emulator/openapi.yaml"), "utf8");
const DOCUMENT: unknown = parse(TEXT);
const METHODS = ["get", "post", "put", "delete", "patch", "head", "options", "trace"];

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(Object(DOCUMENT), "openapi.yaml");

/** The operations that the file describes: each one's name, method, path, and itself. */
const described = Object.entries(Object(at(DOCUMENT, "paths"))).flatMap(([path, item]) =>
  METHODS.filter((method) => at(item, method) !== undefined).map((method) => ({
    id: String(at(item, method, "operationId")),
    method: method.toUpperCase(),
    path,
    operation: at(item, method),
  })),
);

/** What is wrong with an answer, by the description. */
function faultsOf(id: string, { status, headers, body }: Reply): unknown {
  const operation = described.find((one) => one.id === id)?.operation;
  let answer = at(operation, "responses", status);
  if (answer === undefined) {
    return `the status ${status} isn't described`;
  }
  const reference = at(answer, "$ref");
  if (typeof reference === "string") {
    answer = at(DOCUMENT, ...reference.split("/").slice(1));
  }
  const content = at(answer, "content");
  if (content === undefined) {
    return body === undefined ? undefined : "there is a body";
  }
  const schema = at(content, "application/json", "schema");
  if (!headers.get("content-type")?.startsWith("application/json")) {
    return "it isn't JSON";
  }
  const inDocument = JSON.stringify(schema).replaceAll('"#/', '"openapi.yaml#/');
  const validate = ajv.compile(JSON.parse(inDocument));
  return validate(body) ? undefined : validate.errors;
}

test("is served as it is", async () => {
  const emulator = await startEmulator();
  try {
    const response = await fetch(`${emulator.url}/_emulator/openapi.yaml`);
    expect(response.headers.get("content-type")).toMatch(/^application\/yaml/);
    expect(await response.text()).toBe(TEXT);
  } finally {
    await emulator.close();
  }
});

test("names a source for every operation and field, or says that it is unknown", () => {
  const missing: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (typeof value !== "object" || value === null) {
      return;
    }
    for (const [name, child] of Object.entries(value)) {
      const isFact = /\/(properties|schemas|paths\/[^/]+)$/.test(path) && name !== "parameters";
      const text = JSON.stringify(child);
      if (isFact && !/"x-(source|unknown)":/.test(text)) {
        missing.push(`${path}/${name}`);
      }
      visit(child, `${path}/${name.replaceAll("/", "~")}`);
    }
  };
  visit(at(DOCUMENT, "paths"), "paths");
  visit(at(DOCUMENT, "components"), "components");
  expect(missing.filter((path) => !/\/(content|responses)\//.test(path))).toEqual([]);
  expect(described.map(({ operation }) => at(operation, "x-source"))).not.toContain(undefined);
});

test("describes exactly the operations that the emulator serves", async () => {
  expect(described.map(({ id }) => id).sort()).toEqual([...OPERATIONS].sort());
  const emulator = await startEmulator();
  try {
    for (const path of Object.keys(Object(at(DOCUMENT, "paths")))) {
      const allowed = described.filter((one) => one.path === path).map(({ method }) => method);
      const reply = await send(emulator, "PATCH", path.replace(/\{\w+\}/g, "x"));
      expect([path, reply.status, reply.headers.get("allow")]).toEqual([path, 405, allowed.join(", ")]);
    }
  } finally {
    await emulator.close();
  }
});

test.each<[string, EmulatorOptions]>([
  ["by default", {}],
  ["in the other forms", { deleteStatus: 200, errorFormat: "problem", secretVisibility: "omitted" }],
])("fits the emulator's answers, good and bad, %s", async (_, options) => {
  const receiver = await startReceiver();
  const emulator = await startEmulator({ rateLimit: 1000, uniqueUrls: true, ...options });
  try {
    const headers = await login(emulator);
    const path = await createWebhook(emulator, { url: receiver.url });
    const webhook = { events: ["job.status"], name: "x", url: "https://my.sample.endpoint.com/" };
    const wrong = { headers, body: { name: 1 } };
    const answers: [string, string, string, Parameters<typeof send>[3]?][] = [
      ["getToken", "POST", TOKEN_PATH, { body: loginForm() }],
      ["getToken", "POST", TOKEN_PATH, { body: {} }],
      [
        "getToken",
        "POST",
        TOKEN_PATH,
        { body: loginForm({ username: "x", password: "x", workspaceId: "x" }) },
      ],
      ["getUserInfo", "GET", "/realms/public/protocol/openid-connect/userinfo", { headers }],
      ["getUserInfo", "GET", "/realms/public/protocol/openid-connect/userinfo"],
      ["getOlderToken", "POST", "/oauth/token", { body: loginForm() }],
      ["getOlderToken", "POST", "/oauth/token"],
      ["getUser", "GET", "/users/me", { headers }],
      ["getUser", "GET", "/users/me"],
      ["getProject", "GET", "/projects/x", { headers }],
      ["getWebhookEvents", "GET", "/webhooks/events"],
      ["listWebhooks", "GET", WEBHOOKS, { headers }],
      ["listWebhooks", "GET", "/workspaces/x/webhooks", { headers }],
      ["createWebhook", "POST", WEBHOOKS, { headers, body: webhook }],
      ["createWebhook", "POST", WEBHOOKS, { headers, body: webhook }],
      ["createWebhook", "POST", WEBHOOKS, wrong],
      [
        "createWebhook",
        "POST",
        WEBHOOKS,
        { headers: { ...headers, "content-type": "text/plain" }, body: "x" },
      ],
      ["createWebhook", "POST", WEBHOOKS, { headers, body: { name: "x".repeat(2_000_000) } }],
      ["getWebhook", "GET", path, { headers }],
      ["getWebhook", "GET", `${WEBHOOKS}/x`, { headers }],
      ["updateWebhook", "PUT", path, { headers, body: { ...webhook, url: `${receiver.url}/x` } }],
      ["updateWebhook", "PUT", path, wrong],
      ["updateWebhook", "PUT", path, { headers, body: webhook }],
      ["testWebhook", "POST", `${path}/tests`, { headers }],
      ["testWebhook", "POST", `${path}/tests`, { headers, body: { eventNames: ["x"] } }],
      ["deleteWebhook", "DELETE", path, { headers }],
      ["deleteWebhook", "DELETE", path, { headers }],
    ];
    const statuses = new Set<number>();
    for (const [id, method, to, sending] of answers) {
      const reply = await send(emulator, method, to, sending);
      statuses.add(reply.status);
      expect([id, reply.status, faultsOf(id, reply)]).toEqual([id, reply.status, undefined]);
    }
    expect([...statuses].sort()).toEqual(
      [200, 400, 401, 403, 404, 409, 413, 415, ...(options.deleteStatus === 200 ? [] : [204])].sort(),
    );
    receiver.answer("reset");
    const failing = await createWebhook(emulator, { url: `${receiver.url}/failing` });
    expect(
      faultsOf("testWebhook", await send(emulator, "POST", `${failing}/tests`, { headers })),
    ).toBeUndefined();
    for (const { body } of receiver.requests) {
      const schema = { $ref: "openapi.yaml#/components/schemas/Notification" };
      expect(ajv.validate(schema, JSON.parse(body))).toBe(true);
    }
  } finally {
    await emulator.close();
    await receiver.close();
  }
});
