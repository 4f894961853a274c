import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Config } from "../../provider/src/config/config";
import { Up42Client } from "../../provider/src/up42/client";
import {
  AbandonedError,
  AnswerError,
  ApiError,
  ConfigError,
  CredentialsError,
  LostAnswerError,
} from "../../provider/src/up42/errors";
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
    namespace: "up42",
    allowHttp: false,
    apiUrl: url,
    authUrl: url,
    timeoutSeconds: 60,
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
  deadline: new Deadline(60_000),
  report: (line) => lines.push(line),
});
const sent = () => seen.map(({ method, url, body }) => [method, url, body]);

describe("requests", () => {
  test("for a token and a webhook are what UP42's documentation shows", async () => {
    answer = () => ({ body: { data: REMOTE, error: null } });
    expect(await new Up42Client(config).createWebhook("ws-1", SPEC, operation())).toEqual(REMOTE);
    expect(sent()).toEqual([
      [
        "POST",
        "/realms/public/protocol/openid-connect/token",
        "grant_type=password&client_id=up42-api&scope=openid&username=me%40example.com&password=canary+password",
      ],
      ["POST", "/workspaces/ws-1/webhooks", JSON.stringify(SPEC)],
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
    expect(await client.deleteWebhook("ws", ID, operation())).toBe("missing");
    expect(await client.testWebhook("ws", ID, [], operation())).toBeUndefined();
  });

  test.each([
    ["a router's text", "404 page not found"],
    ["a gateway's JSON", { message: "no Route matched with those values" }],
    ["nothing", ""],
    ["an empty object", {}],
  ])("in %s is an error: something else answered", async (_case, body) => {
    answer = () => ({ status: 404, body });
    const client = new Up42Client(config);
    await expect(client.deleteWebhook("ws", ID, operation())).rejects.toThrow(ApiError);
    await expect(client.getWebhook("ws", ID, operation())).rejects.toThrow(ApiError);
    await expect(client.updateWebhook("ws", ID, SPEC, operation())).rejects.toThrow(ApiError);
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
  test.each([
    [204, "", "deleted"],
    [200, `{"data":{"id":"${ID}"}}`, "deleted"],
    [200, "", "unconfirmed"],
    [200, " ", "unconfirmed"],
    [200, '{"data":null,"error":null}', "unconfirmed"],
    [200, "{}", "unconfirmed"],
    [200, '{"data":[]}', "unconfirmed"],
    [202, "", "unconfirmed"],
    [202, `{"data":{"id":"${ID}"}}`, "unconfirmed"],
  ])("of HTTP %i with %j says: %s", async (status, body, outcome) => {
    answer = () => ({ status, body });
    expect(await new Up42Client(config).deleteWebhook("ws", ID, operation())).toBe(outcome);
    expect(seen.filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  test("with an error beside empty data is an error, whatever the status", async () => {
    answer = () => ({ status: 200, body: { data: null, error: { message: "locked" } } });
    await expect(new Up42Client(config).deleteWebhook("ws", ID, operation())).rejects.toThrow(
      "UP42 answered with an error: locked",
    );
  });

  test.each(['{"access_token":"t","expires_in":300}', '{"data":{"id":"another"}}', '{"sub":"x"}', "<html>"])(
    "like %j answers something else, and is not believed",
    async (body) => {
      const answers: Answer[] = [{ body }, { status: 404, body: { data: null, error: { message: "gone" } } }];
      answer = () => answers.shift() ?? { status: 500 };
      expect(await new Up42Client(config).deleteWebhook("ws", ID, operation())).toBe("missing");
      expect(seen.filter(({ method }) => method === "DELETE")).toHaveLength(2);
    },
  );
});

test("requests whose answers do not name the webhook share no connection", async () => {
  const connections = new Set<unknown>();
  server.on("connection", (socket) => connections.add(socket));
  answer = ({ method }) =>
    method === "DELETE"
      ? { status: 204 }
      : { body: { data: { startedAt: "", testsRun: 0, testsSucceeded: 0, testsFailed: 0, tests: [] } } };
  const client = new Up42Client(config);
  for (let requests = 0; requests < 2; requests += 1) {
    expect(await client.deleteWebhook("ws", ID, operation())).toBe("deleted");
    await client.testWebhook("ws", ID, [], operation());
  }
  expect(connections.size).toBe(seen.length);
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

  test.each([
    ["401 of a proxy", { status: 401, body: "who are you?" }],
    ["425", { status: 425, body: "too early" }],
    ["429 of a proxy", { status: 429, body: "slow down" }],
    ["a redirect", { status: 307, headers: { location: "/elsewhere" } }],
    ["499", { status: 499, body: "client closed request" }],
    ["403 of a firewall", { status: 403, headers: { "content-type": "text/html" }, body: "<html>blocked" }],
    ["200 with an error beside no data", { body: { data: null, error: { message: "partly" } } }],
  ])("to a POST is %s too: it proves nothing", async (_case, lost) => {
    answer = () => lost;
    const error: unknown = await new Up42Client(config)
      .createWebhook("ws", SPEC, operation())
      .catch((one: unknown) => one);
    expect(error).toBeInstanceOf(LostAnswerError);
    expect(seen.filter(({ url }) => url.endsWith("/webhooks"))).toHaveLength(1);
  });

  test.each([400, 403, 409, 422, 499])("is not UP42's own refusal of a POST with HTTP %i", async (status) => {
    answer = () => ({ status, body: { data: null, error: { message: "no" } } });
    await expect(new Up42Client(config).createWebhook("ws", SPEC, operation())).rejects.toThrow(ApiError);
    expect(seen.filter(({ url }) => url.endsWith("/webhooks"))).toHaveLength(1);
  });

  test("is not UP42's own 429 to a POST: it is sent again", async () => {
    const answers: Answer[] = [
      { status: 429, headers: { "retry-after": "0" }, body: { data: null, error: { message: "slow down" } } },
      { body: { data: REMOTE } },
    ];
    answer = () => answers.shift() ?? { status: 500 };
    expect(await new Up42Client(config).createWebhook("ws", SPEC, operation())).toEqual(REMOTE);
    expect(seen.filter(({ url }) => url.endsWith("/webhooks"))).toHaveLength(2);
  });

  test("is not UP42's own 401 to a POST: the token is renewed and it is sent again", async () => {
    const answers: Answer[] = [
      { status: 401, body: { data: null, error: { message: "expired" } } },
      { body: { data: REMOTE } },
    ];
    answer = () => answers.shift() ?? { status: 500 };
    expect(await new Up42Client(config).createWebhook("ws", SPEC, operation())).toEqual(REMOTE);
    expect(seen.filter(({ url }) => url.endsWith("/token"))).toHaveLength(2);
  });

  test("that may refuse the token renews it for the next request", async () => {
    const answers: Answer[] = [{ status: 401, body: "who are you?" }, { body: { data: [] } }];
    answer = () => answers.shift() ?? { status: 500 };
    const client = new Up42Client(config);
    await expect(client.createWebhook("ws", SPEC, operation())).rejects.toThrow(LostAnswerError);
    expect(await client.listWebhooks("ws", operation())).toEqual([]);
    expect(seen.filter(({ url }) => url.endsWith("/token"))).toHaveLength(2);
  });

  test("is one of a proxy after UP42's own 401 to a POST", async () => {
    const answers: Answer[] = [
      { status: 401, body: { data: null, error: { message: "expired" } } },
      { status: 401, body: "who are you?" },
    ];
    answer = () => answers.shift() ?? { status: 500 };
    const created = new Up42Client(config).createWebhook("ws", SPEC, operation());
    await expect(created).rejects.toThrow(LostAnswerError);
    expect(seen.filter(({ url }) => url.endsWith("/webhooks"))).toHaveLength(2);
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
  test("say what was sent and what UP42 said, without what it repeats of our secrets", async () => {
    answer = ({ body, headers }) => ({
      status: 400,
      body: { data: null, error: { code: "BAD", message: `refused ${body} from ${headers.authorization}` } },
    });
    const error = await new Up42Client(config)
      .createWebhook("ws", SPEC, operation())
      .catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ApiError);
    expect(String(error)).toMatch(
      /^ApiError: UP42 answered HTTP 400: refused .* \(POST http.*\/workspaces\/ws\/webhooks\)$/,
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
        /refused the username and password at http:\S+ \(HTTP 401: Invalid user credentials\)$/,
      );
    }
    await expect(client.getWebhook("ws", ID, operation())).rejects.toThrow(CredentialsError);
    expect(seen).toHaveLength(1);
  });

  test("of a given access token say that UP42 does not accept it", async () => {
    answer = () => ({ status: 401, body: { error: { message: "token expired" } } });
    const client = new Up42Client({ ...config, credentials: { kind: "accessToken", accessToken: "canary" } });
    await expect(client.listWebhooks("ws", operation())).rejects.toMatchObject({
      code: "token",
      message: "UP42 does not accept the access token (HTTP 401: token expired)",
    });
    expect(seen).toHaveLength(1);
  });

  test("of a redirect do not follow it, credentials and all", async () => {
    answer = () => ({ status: 302, headers: { location: "http://127.0.0.1:1/" } });
    await expect(new Up42Client(config).listWebhooks("ws", operation())).rejects.toThrow(/HTTP 302/);
  });
});

describe("ids that would change the path of a request", () => {
  test.each([".", "..", "", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\\b"])(
    "such as %j are refused, unsent",
    async (id) => {
      const client = new Up42Client(config);
      for (const call of [
        client.getWebhook("ws", id, operation()),
        client.deleteWebhook("ws", id, operation()),
        client.updateWebhook("ws", id, SPEC, operation()),
        client.testWebhook("ws", id, [], operation()),
        client.listWebhooks(id, operation()),
        client.createWebhook(id, SPEC, operation()),
      ]) {
        await expect(call).rejects.toThrow(ConfigError);
      }
      expect(seen).toEqual([]);
    },
  );

  test("are refused in what UP42 answers too", async () => {
    answer = () => ({ body: { data: [{ ...REMOTE, id: ".." }] } });
    await expect(
      new Up42Client({ ...config, maxRetries: 0 }).listWebhooks("ws", operation()),
    ).rejects.toThrow(/"data.0.id" is not an id/);
  });
});

test("a list that is one page of several is refused, and not asked for again", async () => {
  answer = () => ({ body: { data: [REMOTE] }, headers: { link: '</webhooks?page=2>; rel="next"' } });
  await expect(new Up42Client(config).listWebhooks("ws", operation())).rejects.toThrow("one page of several");
  expect(seen.filter(({ url }) => url.endsWith("/webhooks"))).toHaveLength(1);
});

test("once the engine is gone, nothing more is sent, not even a retry that waits", async () => {
  let isGone = false;
  answer = () => {
    isGone = true;
    return { status: 503 };
  };
  const client = new Up42Client(config, { isAbandoned: () => isGone });
  await expect(client.deleteWebhook("ws", ID, operation())).rejects.toThrow(AbandonedError);
  await expect(client.createWebhook("ws", SPEC, operation())).rejects.toThrow(AbandonedError);
  expect(seen.filter(({ url }) => !url.endsWith("/token"))).toHaveLength(1);
});

const OWN_400: Answer = { status: 400, body: { data: null, error: { message: "no" } } };
const OWN_401: Answer = { status: 401, body: { data: null, error: { message: "expired" } } };
const FOREIGN_401: Answer = { status: 401, body: { message: "who are you?" } };

test.each([
  ["a lost one", () => ({ status: 502 }), true],
  ["a lost one, whatever ended the next try", onceLost(), true],
  ["UP42's own refusal", () => ({ status: 400, body: { data: null, error: { message: "no" } } }), false],
  ["UP42's own refusals of two tokens", inTurn(OWN_401, OWN_401), false],
  [
    "a refusal of the token by who knows whom, and UP42's own of the next",
    inTurn(FOREIGN_401, OWN_401),
    true,
  ],
  ["UP42's own refusal of the token, and another one of the next", inTurn(OWN_401, FOREIGN_401), true],
  [
    "a refusal of the token by who knows whom, and UP42's own of the change",
    inTurn(FOREIGN_401, OWN_400),
    true,
  ],
])("after %s, a change may have been made: %s", async (_case, first: () => Answer, mayBeDone) => {
  answer = () => first();
  const client = new Up42Client({ ...config, maxRetries: 1 });
  await expect(client.updateWebhook("ws", ID, SPEC, operation())).rejects.toMatchObject({ mayBeDone });
});

/** These answers, of which the last one stays. */
function inTurn(...answers: readonly [Answer, Answer]): () => Answer {
  let tries = 0;
  return () => {
    tries += 1;
    return answers[tries === 1 ? 0 : 1];
  };
}

/** A lost answer, and then the token is refused: an error of another kind. */
function onceLost(): () => Answer {
  return inTurn({ status: 502 }, OWN_401);
}

test("a pause that the list of events asks for holds nobody up", async () => {
  answer = ({ url }) =>
    url.endsWith("/events") ? { status: 503, headers: { "retry-after": "600" } } : { body: { data: [] } };
  const client = new Up42Client(config);
  await expect(client.listEvents(operation())).rejects.toThrow("HTTP 503");
  expect(await client.listWebhooks("ws", operation())).toEqual([]);
});
