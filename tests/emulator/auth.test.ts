import { DEMO_ACCOUNT, type Emulator, startEmulator } from "../../emulator/src";
import { Tokens } from "../../emulator/src/tokens";
import { at, login, loginForm, send, TOKEN_PATH, WEBHOOKS } from "./client";

const USERINFO = "/realms/public/protocol/openid-connect/userinfo";
const { username, projectId, projectApiKey, workspaceId } = DEMO_ACCOUNT;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ tokenLifetimeSeconds: 120 });
});
afterAll(() => emulator.close());

function basic(user: string, password: string) {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

describe("the token endpoint of today", () => {
  test("a name and password give a token, as OAuth 2.0 has it", async () => {
    const { status, headers, body } = await send(emulator, "POST", TOKEN_PATH, { body: loginForm() });
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toEqual({
      access_token: expect.stringMatching(/^\S{40,}$/),
      expires_in: 120,
      refresh_token: expect.stringMatching(/^\S{40,}$/),
      refresh_expires_in: 1800,
      token_type: "Bearer",
      scope: "openid",
    });
  });

  test("the client of UP42's SDK is as good as the documented one", async () => {
    const form = loginForm();
    form.set("client_id", "up42-sdk");
    expect((await send(emulator, "POST", TOKEN_PATH, { body: form })).status).toBe(200);
  });

  test("a refresh token gives a new token, an access token doesn't", async () => {
    const first = await send(emulator, "POST", TOKEN_PATH, { body: loginForm() });
    const renew = (refreshToken: unknown) =>
      send(emulator, "POST", TOKEN_PATH, {
        body: new URLSearchParams({
          grant_type: "refresh_token",
          client_id: "up42-api",
          refresh_token: String(refreshToken),
        }),
      });
    const renewed = await renew(at(first.body, "refresh_token"));
    expect(renewed.status).toBe(200);
    const authorization = `Bearer ${at(renewed.body, "access_token")}`;
    expect((await send(emulator, "GET", WEBHOOKS, { headers: { authorization } })).status).toBe(200);
    expect((await send(emulator, "GET", USERINFO, { headers: { authorization } })).status).toBe(200);
    expect(await renew(at(first.body, "access_token"))).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
  });

  test.each([
    ["a wrong password", { password: "wrong" }, 401, "invalid_grant"],
    ["an unknown user", { username: "nobody@up42.example" }, 401, "invalid_grant"],
    ["another client", { client_id: "other" }, 401, "invalid_client"],
    ["no user", { username: "" }, 400, "invalid_request"],
    ["no password", { password: "" }, 400, "invalid_request"],
    ["no grant", { grant_type: "" }, 400, "invalid_request"],
    ["another grant", { grant_type: "implicit" }, 400, "unsupported_grant_type"],
  ])("%s is refused", async (_, changes, status, error) => {
    const form = new URLSearchParams({ ...Object.fromEntries(loginForm()), ...changes });
    const reply = await send(emulator, "POST", TOKEN_PATH, { body: form });
    expect(reply).toMatchObject({
      status,
      body: { error, error_description: expect.stringMatching(/\S/) },
    });
  });

  test("JSON, and no body at all, are refused", async () => {
    const json = { body: { username, password: "x" } };
    expect(await send(emulator, "POST", TOKEN_PATH, json)).toMatchObject({
      status: 400,
      body: { error: "invalid_request" },
    });
    expect((await send(emulator, "POST", TOKEN_PATH)).status).toBe(400);
  });
});

describe("the token endpoint of before", () => {
  const body = new URLSearchParams({ grant_type: "client_credentials" });

  test("a project's id and key give a token in both places", async () => {
    const headers = basic(projectId, projectApiKey);
    const reply = await send(emulator, "POST", "/oauth/token", { headers, body });
    expect(reply.status).toBe(200);
    const token = at(reply.body, "data", "accessToken");
    expect(token).toMatch(/^\S{40,}$/);
    expect(at(reply.body, "access_token")).toBe(token);
    // Clients take any `error`, even null, for a failure.
    expect(reply.body).not.toHaveProperty("error");
    const authorization = `Bearer ${token}`;
    expect((await send(emulator, "GET", WEBHOOKS, { headers: { authorization } })).status).toBe(200);
  });

  test.each([
    ["a wrong key", basic(projectId, "wrong")],
    ["an unknown project", basic("5c8a6a4e-0000-4c58-9f5e-7d1b2f0c9a11", projectApiKey)],
    ["no credentials", {}],
    ["a header that isn't Basic", { authorization: "Bearer x" }],
  ])("%s: 401", async (_, headers: Record<string, string>) => {
    const reply = await send(emulator, "POST", "/oauth/token", { headers, body });
    expect(reply).toMatchObject({ status: 401, body: { error: "invalid_client" } });
    expect(reply.headers.get("www-authenticate")).toMatch(/^Basic /);
  });

  test("so do a name and password, as UP42's SDK sent them", async () => {
    const form = new URLSearchParams({
      grant_type: "password",
      username,
      password: DEMO_ACCOUNT.password,
    });
    const reply = await send(emulator, "POST", "/oauth/token", { body: form });
    expect(reply).toMatchObject({ status: 200, body: { access_token: expect.stringMatching(/^\S{40,}$/) } });
    form.set("password", "wrong");
    expect((await send(emulator, "POST", "/oauth/token", { body: form })).status).toBe(401);
  });

  test("another grant: 400", async () => {
    const headers = basic(projectId, projectApiKey);
    const other = new URLSearchParams({ grant_type: "refresh_token" });
    expect(await send(emulator, "POST", "/oauth/token", { headers, body: other })).toMatchObject({
      status: 400,
      body: { error: "unsupported_grant_type" },
    });
  });
});

describe("what older versions of UP42's SDK ask", () => {
  const olderToken = async () => {
    const body = new URLSearchParams({ grant_type: "client_credentials" });
    const headers = basic(projectId, projectApiKey);
    const reply = await send(emulator, "POST", "/oauth/token", { headers, body });
    return { authorization: `Bearer ${at(reply.body, "access_token")}` };
  };

  test("the user and the project lead to the workspace, without any scope", async () => {
    const headers = await olderToken();
    expect(await send(emulator, "GET", "/users/me", { headers })).toMatchObject({
      status: 200,
      body: { data: { id: workspaceId }, error: null },
    });
    expect(await send(emulator, "GET", `/projects/${projectId}`, { headers })).toMatchObject({
      status: 200,
      body: { data: { id: projectId, workspaceId }, error: null },
    });
  });

  test("another project: 404; without a token: 401", async () => {
    const headers = await olderToken();
    expect((await send(emulator, "GET", "/projects/x", { headers })).status).toBe(404);
    for (const path of ["/users/me", `/projects/${projectId}`]) {
      expect((await send(emulator, "GET", path)).status).toBe(401);
    }
  });
});

describe("userinfo", () => {
  test("names the workspace", async () => {
    const reply = await send(emulator, "GET", USERINFO, { headers: await login(emulator) });
    expect(reply).toMatchObject({ status: 200, body: { sub: workspaceId, preferred_username: username } });
  });

  test("refuses a token without openid with 403, as Keycloak does", async () => {
    const form = loginForm();
    form.delete("scope");
    const granted = await send(emulator, "POST", TOKEN_PATH, { body: form });
    const headers = { authorization: `Bearer ${at(granted.body, "access_token")}` };
    const reply = await send(emulator, "GET", USERINFO, { headers });
    expect(reply).toMatchObject({ status: 403, body: { error: "insufficient_scope" } });
    expect(reply.headers.get("www-authenticate")).toContain("insufficient_scope");
    expect((await send(emulator, "GET", WEBHOOKS, { headers })).status).toBe(200);
  });

  test("without a valid token: 401", async () => {
    for (const headers of [undefined, { authorization: "Bearer wrong" }]) {
      const reply = await send(emulator, "GET", USERINFO, headers === undefined ? {} : { headers });
      expect(reply).toMatchObject({ status: 401, body: { error: "invalid_token" } });
      expect(reply.headers.get("www-authenticate")).toContain("invalid_token");
    }
  });
});

describe("tokens", () => {
  test("end after their lifetime, to the millisecond", () => {
    let now = 1_000_000;
    const tokens = new Tokens(300, () => now);
    const grant = { account: DEMO_ACCOUNT, scope: "openid" };
    const token = tokens.issue(grant);
    const refresh = tokens.issueRefresh(grant);
    now += 299_999;
    expect(tokens.find(token)).toMatchObject(grant);
    now += 1;
    expect(tokens.find(token)).toBeUndefined();
    now += 1_499_999;
    expect(tokens.findRefresh(refresh)).toMatchObject(grant);
    now += 1;
    expect(tokens.findRefresh(refresh)).toBeUndefined();
  });

  test("are forgotten, the oldest first, when there are 10,000 of them", () => {
    const tokens = new Tokens(300);
    const [first, second] = Array.from({ length: 10_001 }, () => tokens.issue({ account: DEMO_ACCOUNT }));
    expect(tokens.find(String(first))).toBeUndefined();
    expect(tokens.find(String(second))).toBeDefined();
  });

  test("an expired one is refused with 401, and so is one that was revoked", async () => {
    const brief = await startEmulator({ tokenLifetimeSeconds: 0 });
    try {
      const reply = await send(brief, "GET", WEBHOOKS, { headers: await login(brief) });
      expect(reply.status).toBe(401);
      expect(at(reply.body, "error", "message")).toMatch(/expired/);
    } finally {
      await brief.close();
    }
    const headers = await login(emulator);
    expect((await send(emulator, "GET", WEBHOOKS, { headers })).status).toBe(200);
    emulator.revokeTokens();
    expect((await send(emulator, "GET", WEBHOOKS, { headers })).status).toBe(401);
  });
});
