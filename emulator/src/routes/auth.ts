import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import { readForms } from "../bodies";
import type { Context } from "../context";
import { OAuthError } from "../envelope";
import type { Account } from "../model";
import { REFRESH_LIFETIME_SECONDS } from "../tokens";
import { bearerToken } from "./authenticate";
import { allowOnly } from "./endpoint";

const REALM = "/realms/public/protocol/openid-connect";
const CLIENT_ID = "up42-api";

/** The token endpoints, today's and the one before, and whose a token is. */
export function authRoutes(app: FastifyInstance, context: Context): void {
  readForms(app);

  app.post(`${REALM}/token`, (request, reply) => {
    const form = requireForm(request.body);
    return answerTokens(context, reply, accountOfGrant(context, form));
  });
  allowOnly(app, `${REALM}/token`, ["POST"]);

  app.post("/oauth/token", (request, reply) => {
    const form = requireForm(request.body);
    const grant = requireField(form, "grant_type");
    if (grant !== "client_credentials") throw unsupportedGrant(grant, "client_credentials");
    const account = accountOfProject(context, request.headers.authorization);
    const accessToken = context.tokens.issue(account);
    return reply.header("cache-control", "no-store").send({
      data: { accessToken },
      error: null,
      access_token: accessToken,
      token_type: "bearer",
      expires_in: context.tokens.lifetimeSeconds,
    });
  });
  allowOnly(app, "/oauth/token", ["POST"]);

  app.get(`${REALM}/userinfo`, (request) => {
    const account = context.tokens.account(bearerToken(request) ?? "");
    if (account === undefined) {
      const challenge = { "www-authenticate": 'Bearer realm="public", error="invalid_token"' };
      throw new OAuthError(401, "invalid_token", "The token is missing, not valid or expired.", challenge);
    }
    return { sub: account.workspaceId, preferred_username: account.username };
  });
  allowOnly(app, `${REALM}/userinfo`, ["GET"]);
}

function accountOfGrant({ settings, tokens }: Context, form: URLSearchParams): Account {
  const grant = requireField(form, "grant_type");
  const client = requireField(form, "client_id");
  if (client !== CLIENT_ID) {
    throw new OAuthError(401, "invalid_client", `The client_id must be ${CLIENT_ID}, not ${client}.`);
  }
  if (grant === "refresh_token") {
    const account = tokens.refreshAccount(requireField(form, "refresh_token"));
    if (account === undefined) throw new OAuthError(400, "invalid_grant", "The refresh token isn't valid.");
    return account;
  }
  if (grant !== "password") throw unsupportedGrant(grant, "password or refresh_token");
  const username = requireField(form, "username");
  const password = requireField(form, "password");
  const account = settings.accounts.find((one) => one.username === username);
  if (account === undefined || !sameText(account.password, password)) {
    throw new OAuthError(401, "invalid_grant", "Invalid user credentials");
  }
  return account;
}

function accountOfProject({ settings }: Context, authorization = ""): Account {
  const encoded = /^Basic +(\S+)$/i.exec(authorization)?.[1] ?? "";
  const [projectId, ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const account = settings.accounts.find((one) => one.projectId === projectId);
  if (account === undefined || !sameText(account.projectApiKey, rest.join(":"))) {
    const challenge = { "www-authenticate": 'Basic realm="up42"' };
    const description = "Invalid project credentials: send Basic authorization of projectId:projectApiKey.";
    throw new OAuthError(401, "invalid_client", description, challenge);
  }
  return account;
}

function answerTokens({ tokens }: Context, reply: FastifyReply, account: Account): FastifyReply {
  return reply.header("cache-control", "no-store").send({
    access_token: tokens.issue(account),
    expires_in: tokens.lifetimeSeconds,
    refresh_token: tokens.issueRefresh(account),
    refresh_expires_in: REFRESH_LIFETIME_SECONDS,
    token_type: "Bearer",
  });
}

function requireForm(body: unknown): URLSearchParams {
  if (body instanceof URLSearchParams) return body;
  const description = "The body must be a form, sent as application/x-www-form-urlencoded.";
  throw new OAuthError(400, "invalid_request", description);
}

function requireField(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === "") {
    throw new OAuthError(400, "invalid_request", `Missing form parameter: ${name}`);
  }
  return value;
}

function unsupportedGrant(grant: string, expected: string): OAuthError {
  const description = `Unsupported grant_type ${grant}: this endpoint takes ${expected}.`;
  return new OAuthError(400, "unsupported_grant_type", description);
}

function sameText(expected: string, actual: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
  return a.length === b.length && timingSafeEqual(a, b);
}
