import { readConfig } from "../../provider/src/config/config";
import { ConfigError } from "../../provider/src/up42/errors";

type Values = Record<string, string>;
const PASSWORD: Values = { "up42:username": "me", "up42:password": "canary-password" };

function read(config: Values, env: Values = {}, profile?: string) {
  return readConfig({ config: (key) => config[key], env }, profile);
}

function messageOf(config: Values, env: Values = {}, profile?: string): string {
  try {
    read(config, env, profile);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.message;
    }
    throw error;
  }
  throw new Error("the configuration was accepted");
}

describe("credentials", () => {
  test.each([
    [PASSWORD, {}, { kind: "password", username: "me", password: "canary-password" }],
    [
      { "up42:projectId": "p", "up42:projectApiKey": "k" },
      {},
      { kind: "projectApiKey", projectId: "p", projectApiKey: "k" },
    ],
    [{ "up42:accessToken": "t" }, {}, { kind: "accessToken", accessToken: "t" }],
    [{}, { UP42_USERNAME: "me", UP42_PASSWORD: "p" }, { kind: "password", username: "me", password: "p" }],
    [
      {},
      { UP42_PROJECT_ID: "p", UP42_PROJECT_API_KEY: "k" },
      { kind: "projectApiKey", projectId: "p", projectApiKey: "k" },
    ],
    [{ "up42:username": "me" }, { UP42_PASSWORD: "p" }, { kind: "password", username: "me", password: "p" }],
    [
      PASSWORD,
      { UP42_ACCESS_TOKEN: "t", UP42_USERNAME: "other" },
      { kind: "password", username: "me", password: "canary-password" },
    ],
  ])("are read from %j and %j", (config: Values, env: Values, credentials) => {
    expect(read(config, env).credentials).toEqual(credentials);
  });

  test("that are missing name every way to log in", () => {
    expect(messageOf({})).toMatch(/No UP42 credentials.*up42:username \+ up42:password.*UP42_PASSWORD/);
  });

  test("that are incomplete name what was found and what is missing", () => {
    expect(messageOf({ "up42:username": "me" })).toBe(
      "The UP42 credentials are incomplete: found up42:username, but not up42:password (or UP42_PASSWORD).",
    );
    expect(messageOf({}, { UP42_PROJECT_API_KEY: "canary" })).toMatch(
      /found UP42_PROJECT_API_KEY, but not up42:projectId \(or UP42_PROJECT_ID\)/,
    );
  });

  test("that contradict each other name what was found, never the values", () => {
    const message = messageOf({ ...PASSWORD, "up42:accessToken": "canary-token" });
    expect(message).toMatch(/contradict.*up42:username, up42:password, up42:accessToken/);
    expect(message).not.toMatch(/canary/);
    expect(messageOf({}, { UP42_USERNAME: "a", UP42_ACCESS_TOKEN: "b" })).toMatch(/contradict/);
  });

  test("that are blank count as missing", () => {
    expect(messageOf({ "up42:username": "me", "up42:password": "  " })).toMatch(/incomplete/);
  });
});

describe("hosts", () => {
  test("are Europe's by default, and Saudi Arabia's on request", () => {
    expect(read(PASSWORD)).toMatchObject({
      apiUrl: "https://api.up42.com",
      authUrl: "https://auth.up42.com",
    });
    expect(read({ ...PASSWORD, "up42:region": "sa" })).toMatchObject({
      apiUrl: "https://api.sa.up42.com",
      authUrl: "https://auth.sa.up42.com",
    });
  });

  test("of an unknown region are refused", () => {
    expect(messageOf({ ...PASSWORD, "up42:region": "us" })).toMatch(/up42:region is "us".*eu or sa/);
    expect(messageOf(PASSWORD, { UP42_REGION: "toString" })).toMatch(/UP42_REGION is "toString"/);
  });

  test("can be set, without a trailing slash", () => {
    const config = read({ ...PASSWORD, "up42:apiUrl": "https://a.test/", "up42:authUrl": "https://b.test" });
    expect(config).toMatchObject({ apiUrl: "https://a.test", authUrl: "https://b.test" });
  });

  test("on this machine serve for logging in too", () => {
    const config = read(PASSWORD, { UP42_API_URL: "http://127.0.0.1:8042" });
    expect(config).toMatchObject({ apiUrl: "http://127.0.0.1:8042", authUrl: "http://127.0.0.1:8042" });
  });

  test.each([
    ["http://api.up42.com", /must start with https/],
    ["http://127.0.0.1.evil.test", /must start with https/],
    ["https://me:secret@api.up42.com", /carries credentials/],
    ["api.up42.com", /not an absolute URL/],
    ["ftp://127.0.0.1", /must start with https/],
  ])("like %s are refused", (url, reason) => {
    expect(messageOf({ ...PASSWORD, "up42:apiUrl": url })).toMatch(reason);
  });
});

describe("plain http", () => {
  const url = "http://emulator:8042";

  test("to a private network is refused, and the error names the setting", () => {
    expect(messageOf({ ...PASSWORD, "up42:apiUrl": url })).toMatch(
      /^up42:apiUrl must start with https:.* with up42:allowHttp \(or UP42_ALLOW_HTTP\)\.$/,
    );
  });

  test.each([
    "http://emulator:8042",
    "http://10.0.0.1",
    "http://172.31.0.1",
    "http://[fd00::1]:8042",
    "http://a.svc.cluster.local",
    "http://host.docker.internal:8042",
  ])("to %s is accepted when it is allowed, and serves for logging in too", (apiUrl) => {
    expect(read({ ...PASSWORD, "up42:apiUrl": apiUrl, "up42:allowHttp": "true" })).toMatchObject({
      allowHttp: true,
      apiUrl,
      authUrl: apiUrl,
    });
  });

  test("is allowed for each profile on its own, and by the environment", () => {
    const config = { "up42-team-a:accessToken": "t", "up42-team-a:apiUrl": url };
    const readProfile =
      (more: Record<string, string>, env: Record<string, string> = {}) =>
      () =>
        readConfig({ config: (key) => ({ ...config, ...more })[key], env }, "team-a");
    expect(readProfile({ "up42:allowHttp": "true" })).toThrow(
      /with up42-team-a:allowHttp \(or UP42_TEAM_A_ALLOW_HTTP\)/,
    );
    expect(readProfile({ "up42-team-a:allowHttp": "true" })()).toMatchObject({ apiUrl: url });
    expect(readProfile({}, { UP42_TEAM_A_ALLOW_HTTP: "true" })()).toMatchObject({ apiUrl: url });
  });

  test.each([
    "http://api.up42.com",
    "http://8.8.8.8",
    "http://172.32.0.1",
    "http://[2001:db8::1]",
    "http://internal.example.com",
  ])("to %s is never allowed", (apiUrl) => {
    expect(messageOf({ ...PASSWORD, "up42:apiUrl": apiUrl, "up42:allowHttp": "true" })).toMatch(
      /must start with https/,
    );
  });

  test("is allowed by true alone", () => {
    expect(messageOf({ ...PASSWORD, "up42:allowHttp": "yes" })).toBe(
      'up42:allowHttp is "yes"; it must be true or false.',
    );
    expect(read({ ...PASSWORD, "up42:allowHttp": "false" }).allowHttp).toBe(false);
  });
});

describe("numbers", () => {
  test("have defaults", () => {
    expect(read(PASSWORD)).toMatchObject({ timeoutSeconds: 120, maxRetries: 5 });
    expect(read({ ...PASSWORD, "up42:timeoutSeconds": "1.5", "up42:maxRetries": "0" })).toMatchObject({
      timeoutSeconds: 1.5,
      maxRetries: 0,
    });
  });

  test.each([
    ["up42:timeoutSeconds", "0"],
    ["up42:timeoutSeconds", "-1"],
    ["up42:timeoutSeconds", "Infinity"],
    ["up42:timeoutSeconds", "2m"],
    ["up42:maxRetries", "1.5"],
    ["up42:maxRetries", "-1"],
  ])("%s = %s is refused", (key, value) => {
    expect(messageOf({ ...PASSWORD, [key]: value })).toContain(`${key} is "${value}"`);
  });
});

describe("profiles", () => {
  test("have settings of their own, in config and environment", () => {
    const config = { ...PASSWORD, "up42-team-a:username": "a", "up42-team-a:workspaceId": "w" };
    expect(read(config, { UP42_TEAM_A_PASSWORD: "pa" }, "team-a")).toMatchObject({
      credentials: { kind: "password", username: "a", password: "pa" },
      workspaceId: "w",
    });
    expect(read(config)).toMatchObject({ credentials: { username: "me" }, workspaceId: undefined });
  });

  test("do not fall back to the default account", () => {
    expect(messageOf(PASSWORD, {}, "team-a")).toMatch(/up42-team-a:username/);
  });

  test("that no longer have settings, since they were renamed, may still stand in the state", () => {
    const message = messageOf({ "up42-new:username": "me", "up42-new:password": "p" }, {}, "old");
    expect(message).toMatch(
      /names the profile "old" any more, the stack's state still does: keep the settings of up42-old /,
    );
    expect(messageOf({})).not.toContain("profile");
  });

  test.each(["Team", "a:b", "", "a--b", "-a"])('"%s" is not a name for one', (profile) => {
    expect(messageOf(PASSWORD, {}, profile)).toMatch(/is not a profile's name/);
  });
});
