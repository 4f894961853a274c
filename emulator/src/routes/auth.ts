import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import { readForms } from "../bodies";
import type { Context } from "../context";
import { description } from "../description";
import { ApiError, OAuthError, success } from "../envelope";
import type { Account } from "../model";
import { type Grant, REFRESH_LIFETIME_SECONDS } from "../tokens";
import { bearerToken, requireAccount } from "./authenticate";

/** UP42's documentation has the first, its Python SDK the second. */
const CLIENT_IDS = ["up42-api", "up42-sdk"];

/** The token endpoints, today's and the one before, and whose a token is. */
export function authRoutes(app: FastifyInstance, context: Context): void {
  const { tokens, settings } = context;
  readForms(app, context);

  app.route({
    ...description().route("getToken"),
    handler: (request, reply) => answerTokens(context, reply, grantOf(context, requireForm(request.body))),
  });

  app.route({
    ...description().route("getOlderToken"),
    handler: (request, reply) => {
      const account = olderAccountOf(context, requireForm(request.body), request.headers.authorization);
      const accessToken = tokens.issue({ account });
      return reply.header("cache-control", "no-store").send({
        data: { accessToken },
        access_token: accessToken,
        token_type: "bearer",
        expires_in: tokens.lifetimeSeconds,
      });
    },
  });

  app.route({
    ...description().route("getUserInfo"),
    handler: (request) => {
      const grant = tokens.find(bearerToken(request) ?? "");
      if (grant === undefined) {
        throw noUserInfo(401, "invalid_token", "The token is missing, not valid or expired.");
      }
      const scopes = grant.scope?.split(" ") ?? [];
      if (settings.userinfoScope === "openid" && !scopes.includes("openid")) {
        throw noUserInfo(403, "insufficient_scope", 'The token lacks openid: log in with "scope=openid".');
      }
      return { sub: grant.account.workspaceId, preferred_username: grant.account.username };
    },
  });

  app.route({
    ...description().route("getUser"),
    handler: (request) => success({ id: requireAccount(context, request).workspaceId }),
  });

  app.route<{ Params: { projectId: string } }>({
    ...description().route("getProject"),
    handler: (request) => {
      const { projectId } = request.params;
      const { workspaceId, projectId: own } = requireAccount(context, request);
      if (projectId !== own) {
        throw new ApiError(404, `The account has no project ${projectId}.`);
      }
      return success({ id: projectId, workspaceId });
    },
  });
}

function grantOf({ settings, tokens }: Context, form: URLSearchParams): Grant {
  const type = requireField(form, "grant_type");
  const client = requireField(form, "client_id");
  if (!CLIENT_IDS.includes(client)) {
    const description = `The client_id must be ${CLIENT_IDS.join(" or ")}, not ${client}.`;
    throw new OAuthError(401, "invalid_client", description);
  }
  if (type === "refresh_token") {
    const grant = tokens.findRefresh(requireField(form, "refresh_token"));
    if (grant === undefined) {
      throw new OAuthError(400, "invalid_grant", "The refresh token isn't valid.");
    }
    return grant;
  }
  if (type !== "password") {
    throw unsupportedGrant(type, "password or refresh_token");
  }
  return { account: accountOfUser(settings.accounts, form), scope: form.get("scope") ?? undefined };
}

function olderAccountOf({ settings }: Context, form: URLSearchParams, authorization?: string): Account {
  const type = requireField(form, "grant_type");
  if (type === "client_credentials") {
    return accountOfProject(settings.accounts, authorization);
  }
  if (type === "password") {
    return accountOfUser(settings.accounts, form);
  }
  throw unsupportedGrant(type, "client_credentials or password");
}

function accountOfUser(accounts: readonly Account[], form: URLSearchParams): Account {
  const username = requireField(form, "username");
  const password = requireField(form, "password");
  const account = accounts.find((one) => one.username === username);
  if (account === undefined || !sameText(account.password, password)) {
    throw new OAuthError(401, "invalid_grant", "Invalid user credentials");
  }
  return account;
}

function accountOfProject(accounts: readonly Account[], authorization = ""): Account {
  const encoded = /^Basic +(\S+)$/i.exec(authorization)?.[1] ?? "";
  const [projectId, ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const account = accounts.find((one) => one.projectId !== undefined && one.projectId === projectId);
  if (account?.projectApiKey === undefined || !sameText(account.projectApiKey, rest.join(":"))) {
    const challenge = { "www-authenticate": 'Basic realm="up42"' };
    const description = "Invalid project credentials: send Basic authorization of projectId:projectApiKey.";
    throw new OAuthError(401, "invalid_client", description, challenge);
  }
  return account;
}

function answerTokens({ tokens }: Context, reply: FastifyReply, grant: Grant): FastifyReply {
  return reply.header("cache-control", "no-store").send({
    access_token: tokens.issue(grant),
    expires_in: tokens.lifetimeSeconds,
    refresh_token: tokens.issueRefresh(grant),
    refresh_expires_in: REFRESH_LIFETIME_SECONDS,
    token_type: "Bearer",
    ...(grant.scope === undefined ? {} : { scope: grant.scope }),
  });
}

function noUserInfo(status: 401 | 403, error: string, description: string): OAuthError {
  return new OAuthError(status, error, description, {
    "www-authenticate": `Bearer realm="public", error="${error}"`,
  });
}

function requireForm(body: unknown): URLSearchParams {
  if (body instanceof URLSearchParams) {
    return body;
  }
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
