import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Config } from "../../provider/src/config/config";
import { Up42Client } from "../../provider/src/up42/client";
import { AnswerError, ApiError, CredentialsError, LostAnswerError } from "../../provider/src/up42/errors";
import { Deadline, type Operation } from "../../provider/src/up42/operation";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}
type Answer = {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
};

const ID = "1df1ebb0-78a4-55d9-b806-15d22e391bd3";
const SPEC = {
  events: ["job.status", "order.status"],
  name: "My alert for job and order statuses",
  url: "https://my.sample.endpoint.com/",
  secret: "canary-webhook-secret",
  active: true,
};
const REMOTE = {
  ...SPEC,
  id: ID,
  createdAt: "2022-02-17T08:47:11.377149Z",
  updatedAt: "2022-02-17T08:47:11.377149Z",
};
const TOKEN: Answer = { body: { access_token: "canary-token", expires_in: 300, token_type: "Bearer" } };

let server: Server;
let seen: Seen[];
let answer: (request: Seen) => Answer;
let config: Config;

beforeEach(async () => {
  seen = [];
  answer = () => ({});
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      const isToken = url.endsWith("/token");
      const { status = 200, headers: more = {}, body = "" } = isToken && !tokenIsFaulty ? TOKEN : answer(one);
      response.writeHead(status, { "content-type": "application/json", ...more });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${address.port}`;
  config = {
    credentials: { kind: "password", username: "me@example.com", password: "canary password" },
    workspaceId: undefined,
    apiUrl: url,
    authUrl: url,
    timeoutSeconds: 4,
    maxRetries: 2,
  };
});
let tokenIsFaulty = false;
afterEach(async () => {
  tokenIsFaulty = false;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const lines: string[] = [];
const operation = (): Operation => ({
  deadline: new Deadline(4_000),
  report: (line) => lines.push(line),
});
const sent = () => seen.map(({ method, url, body }) => [method, url, body]);

describe("requests", () => {
  test("for a token and a webhook are what UP42's documentation shows", async () => {
    answer = () => ({ body: { data: REMOTE, error: null } });
    expect(await new Up42Client(config).createWebhook("ws/1", SPEC, operation())).toEqual(REMOTE);
    expect(sent()).toEqual([
      [
        "POST",
        "/realms/public/protocol/openid-connect/token",
        "grant_type=password&client_id=up42-api&scope=openid&username=me%40example.com&password=canary+password",
      ],
      ["POST", "/workspaces/ws%2F1/webhooks", JSON.stringify(SPEC)],
    ]);
    expect(seen[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(seen[1]?.headers).toMatchObject({
      authorization: "Bearer canary-token",
      "content-type": "application/json",
    });
  });

  test("with project keys log in the older way", async () => {
    const keys: Config = {
      ...config,
      credentials: { kind: "projectApiKey", projectId: "p", projectApiKey: "k" },
    };
    await new Up42Client(keys).login(operation());
    expect(sent()).toEqual([["POST", "/oauth/token", "grant_type=client_credentials"]]);
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("p:k").toString("base64")}`);
  });

  test("for events carry no token, unless UP42 wants one", async () => {
    answer = ({ headers }) =>
      headers.authorization === undefined ? { status: 401 } : { body: { data: [{ name: "a.b" }] } };
    const events = await new Up42Client(config).listEvents(operation());
    expect(events.map(({ name }) => name)).toEqual(["a.b"]);
    expect(seen.map(({ url }) => url)).toEqual([
      "/webhooks/events",
      "/realms/public/protocol/openid-connect/token",
      "/webhooks/events",
    ]);
  });

  test("for tests name the events, or send an empty object for all", async () => {
    answer = () => ({
      body: { data: { startedAt: "", testsRun: 0, testsSucceeded: 0, testsFailed: 0, tests: [] } },
    });
    const client = new Up42Client(config);
    await client.testWebhook("ws", ID, ["job.status"], operation());
    await client.testWebhook("ws", ID, [], operation());
    expect(sent().slice(1)).toEqual([
      ["POST", `/workspaces/ws/webhooks/${ID}/tests`, '{"eventNames":["job.status"]}'],
      ["POST", `/workspaces/ws/webhooks/${ID}/tests`, "{}"],
    ]);
  });

  test("ask for the account's workspace with its token", async () => {
    answer = () => ({ body: { sub: "own" } });
    expect(await new Up42Client(config).ownWorkspaceId(operation())).toBe("own");
    expect(seen[1]).toMatchObject({
      url: "/realms/public/protocol/openid-connect/userinfo",
      headers: { authorization: "Bearer canary-token" },
    });
  });
});

describe("not found", () => {
  test("is a value", async () => {
    answer = () => ({ status: 404, body: { data: null, error: { message: "not found" } } });
    const client = new Up42Client(config);
    expect(await client.getWebhook("ws", ID, operation())).toBeUndefined();
    expect(await client.updateWebhook("ws", ID, SPEC, operation())).toBeUndefined();
    expect(await client.deleteWebhook("ws", ID, operation())).toBe(false);
    expect(await client.testWebhook("ws", ID, [], operation())).toBeUndefined();
  });

  test("in a web page is an error: something else answered", async () => {
    answer = () => ({
      status: 404,
      headers: { "content-type": "text/html" },
      body: "<html><title>nginx</title>",
    });
    const client = new Up42Client(config);
    await expect(client.deleteWebhook("ws", ID, operation())).rejects.toThrow(/a web page titled "nginx"/);
    await expect(client.getWebhook("ws", ID, operation())).rejects.toThrow(ApiError);
  });
});

describe("an answer to a delete", () => {
  test.each(["", " ", '{"data":null,"error":null}', `{"data":{"id":"${ID}"}}`, "{}"])(
    "like %j is one",
    async (body) => {
      answer = () => ({ body });
      expect(await new Up42Client(config).deleteWebhook("ws", ID, operation())).toBe(true);
      expect(seen.filter(({ method }) => method === "DELETE")).toHaveLength(1);
    },
  );

  test.each([
    '{"access_token":"t","expires_in":300}',
    '{"data":[]}',
    '{"data":{"id":"another"}}',
    '{"sub":"x"}',
    "<html>",
  ])("like %j answers something else, and is not believed", async (body) => {
    const answers: Answer[] = [{ body }, { status: 404, body: {} }];
    answer = () => answers.shift() ?? { status: 500 };
    expect(await new Up42Client(config).deleteWebhook("ws", ID, operation())).toBe(false);
    expect(seen.filter(({ method }) => method === "DELETE")).toHaveLength(2);
  });
});

describe("a lost answer", () => {
  test.each([
    ["a server's error", { status: 502, body: "bad gateway" }],
    ["a time-out of the server", { status: 408 }],
    ["garbage", { body: "garbage" }],
    ["a webhook without an id", { body: { data: { ...REMOTE, id: undefined } } }],
  ])("to a POST, %s for instance, is not repeated but reported as lost", async (_case, lost) => {
    answer = () => lost;
    await expect(new Up42Client(config).createWebhook("ws", SPEC, operation())).rejects.toThrow(
      LostAnswerError,
    );
    expect(seen.filter(({ url }) => url.endsWith("/webhooks"))).toHaveLength(1);
  });

  test("to anything else is repeated", async () => {
    const answers: Answer[] = [{ status: 503 }, { body: "{" }, { body: { data: REMOTE } }];
    answer = () => answers.shift() ?? { status: 500 };
    expect(await new Up42Client(config).updateWebhook("ws", ID, SPEC, operation())).toEqual(REMOTE);
    expect(seen.filter(({ method }) => method === "PUT")).toHaveLength(3);
  });

  test("about another webhook is an error", async () => {
    answer = () => ({ body: { data: { ...REMOTE, id: "another" } } });
    await expect(new Up42Client(config).getWebhook("ws", ID, operation())).rejects.toThrow(AnswerError);
  });
});

describe("errors", () => {
  test("say what was being done, what UP42 said and what to do, without what it repeats of our secrets", async () => {
    answer = ({ body, headers }) => ({
      status: 400,
      body: { error: { code: "BAD", message: `refused ${body} from ${headers.authorization}` } },
    });
    const error = await new Up42Client(config)
      .createWebhook("ws", SPEC, operation())
      .catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ApiError);
    expect(String(error)).toMatch(
      /^ApiError: Could not create webhook "x": UP42 answered POST http.*\/workspaces\/ws\/webhooks with HTTP 400: refused .* Correct what it names/,
    );
    expect(JSON.stringify(error) + String(error)).not.toContain("canary");
  });

  test("of the credentials are final: one request, however many need a token", async () => {
    tokenIsFaulty = true;
    answer = () => ({
      status: 401,
      body: { error: "invalid_grant", error_description: "Invalid user credentials" },
    });
    const client = new Up42Client(config);
    const logins = [1, 2, 3].map(
      async () => await client.login(operation()).catch((error: unknown) => error),
    );
    for (const error of await Promise.all(logins)) {
      expect(error).toBeInstanceOf(CredentialsError);
      expect(String(error)).toMatch(
        /refused the username and password \(HTTP 401\). It said: Invalid user credentials\./,
      );
    }
    await expect(client.getWebhook("ws", ID, operation())).rejects.toThrow(CredentialsError);
    expect(seen).toHaveLength(1);
  });

  test("of a given access token say that it has probably expired", async () => {
    answer = () => ({ status: 401, body: { error: { message: "token expired" } } });
    const client = new Up42Client({ ...config, credentials: { kind: "accessToken", accessToken: "canary" } });
    await expect(client.listWebhooks("ws", operation())).rejects.toThrow(
      /HTTP 401: token expired.*probably expired/,
    );
    expect(seen).toHaveLength(1);
  });

  test("of a redirect do not follow it, credentials and all", async () => {
    answer = () => ({ status: 302, headers: { location: "http://127.0.0.1:1/" } });
    await expect(new Up42Client(config).listWebhooks("ws", operation())).rejects.toThrow(/HTTP 302/);
  });
});
