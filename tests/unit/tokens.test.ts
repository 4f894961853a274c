import { ApiError, CredentialsError, TransportError } from "../../provider/src/up42/errors";
import { Deadline, type Operation } from "../../provider/src/up42/operation";
import type { Settings } from "../../provider/src/up42/settings";
import { type TokenRequest, Tokens } from "../../provider/src/up42/tokens";

const URLS = { apiUrl: "https://api.up42.com", authUrl: "https://auth.up42.com", timeoutSeconds: 60 };
const PASSWORD = {
  ...URLS,
  credentials: { kind: "password", username: "me@example.com", password: "canary-password" },
} as const;
const PROJECT = {
  ...URLS,
  credentials: { kind: "projectApiKey", projectId: "p-1", projectApiKey: "canary-key" },
} as const;

let operation: Operation;

let requests: TokenRequest[];
let concealed: string[];
/** What the endpoint answers next: a body, or an error. */
let answers: (string | Error)[];

beforeEach(() => {
  requests = [];
  concealed = [];
  answers = [];
  jest.useFakeTimers({ now: 0 });
  operation = { deadline: new Deadline(3_600_000), report: () => undefined };
});
afterEach(() => jest.useRealTimers());

function tokens(
  config: Pick<Settings, "credentials" | "apiUrl" | "authUrl" | "timeoutSeconds"> = PASSWORD,
): Tokens {
  const fetch = async (request: TokenRequest): Promise<string> => {
    requests.push(request);
    const answer = answers.shift() ?? issued(`token-${requests.length}`);
    if (answer instanceof Error) {
      throw answer;
    }
    return await Promise.resolve(answer);
  };
  return new Tokens(
    config,
    async (request, _operation, parse) => parse(await fetch(request)),
    (token) => concealed.push(token),
  );
}

const issued = (token: string, lifetime: number | undefined = 300): string =>
  JSON.stringify({ access_token: token, expires_in: lifetime, token_type: "Bearer" });

const refused = (status: number, isOwn = true): ApiError =>
  new ApiError({
    method: "POST",
    url: "u",
    status,
    message: "Invalid user credentials",
    isOwn,
    isForeign: false,
  });

describe("a token", () => {
  test("is requested with username and password", async () => {
    await tokens().get(operation);
    expect(requests).toEqual([
      {
        url: "https://auth.up42.com/realms/public/protocol/openid-connect/token",
        headers: {},
        form: {
          grant_type: "password",
          client_id: "up42-api",
          scope: "openid",
          username: "me@example.com",
          password: "canary-password",
        },
      },
    ]);
  });

  test("is requested with a project's key, and found in either form of the answer", async () => {
    const own = tokens(PROJECT);
    answers = [JSON.stringify({ error: null, data: { accessToken: "older-form" } })];
    await expect(own.get(operation)).resolves.toBe("older-form");
    expect(requests).toEqual([
      {
        url: "https://api.up42.com/oauth/token",
        headers: { authorization: `Basic ${btoa("p-1:canary-key")}` },
        form: { grant_type: "client_credentials" },
      },
    ]);
  });

  test("that was given is used as it is, and cannot be renewed", async () => {
    const own = tokens({ ...URLS, credentials: { kind: "accessToken", accessToken: "given" } });
    await expect(own.get(operation)).resolves.toBe("given");
    expect(own.refuse("given")).toBe(false);
    expect(requests).toEqual([]);
  });

  test("is concealed as soon as it is there", async () => {
    await tokens().get(operation);
    expect(concealed).toEqual(["token-1"]);
  });

  test("serves all who need one: one request", async () => {
    const own = tokens();
    const got = await Promise.all(Array.from({ length: 100 }, async () => await own.get(operation)));
    expect(new Set(got)).toEqual(new Set(["token-1"]));
    expect(requests).toHaveLength(1);
  });

  test.each([
    [300, 269, 270],
    [10, 8.9, 9],
    [undefined, 269, 270],
  ])("of %p seconds is renewed before it expires", async (lifetime, fresh, stale) => {
    answers = [issued("token-1", lifetime)];
    const own = tokens();
    await own.get(operation);
    jest.setSystemTime(fresh * 1000);
    await expect(own.get(operation)).resolves.toBe("token-1");
    jest.setSystemTime(stale * 1000);
    await expect(own.get(operation)).resolves.toBe("token-2");
  });

  test("that was refused is renewed once, however many were refused with it", async () => {
    const own = tokens();
    const first = await own.get(operation);
    expect(own.refuse(first)).toBe(true);
    const second = await own.get(operation);
    expect(own.refuse(first)).toBe(true);
    await expect(own.get(operation)).resolves.toBe(second);
    expect(requests).toHaveLength(2);
  });
});

describe("credentials that UP42 refuses", () => {
  test.each([400, 401, 403])("(HTTP %i) are tried once for the whole run", async (status) => {
    answers = [refused(status)];
    const own = tokens();
    const all = await Promise.allSettled(Array.from({ length: 20 }, async () => await own.get(operation)));
    await expect(own.get(operation)).rejects.toThrow(CredentialsError);
    expect(all.every(({ status: outcome }) => outcome === "rejected")).toBe(true);
    expect(requests).toHaveLength(1);
  });

  test("are reported with UP42's words and the address, but not themselves", async () => {
    answers = [refused(401)];
    const message = await tokens().get(operation).then(String, String);
    expect(message).toBe(
      "CredentialsError: UP42 refused the username and password at https://auth.up42.com (HTTP 401: Invalid user " +
        "credentials)",
    );
  });
});

test.each([new TransportError("the network is down", { sent: "maybe" }), refused(503), refused(403, false)])(
  "a failure of the endpoint is not remembered: %#",
  async (failure) => {
    answers = [failure];
    const own = tokens();
    await expect(own.get(operation)).rejects.toBe(failure);
    await expect(own.get(operation)).resolves.toBe("token-2");
  },
);
