import type { FastifyRequest } from "fastify";
import type { Context } from "../context";
import { ApiError } from "../envelope";
import type { Account } from "../model";

/** The token in `Authorization: Bearer …`, if there is one. */
export function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
}

/**
 * Whose token a request carries.
 * @throws ApiError 401 without a valid token.
 */
export function requireAccount({ tokens }: Context, request: FastifyRequest): Account {
  const challenge = { "www-authenticate": 'Bearer realm="up42"' };
  const token = bearerToken(request);
  if (token === undefined) {
    const message = 'Authentication is required: send "Authorization: Bearer <token>".';
    throw new ApiError(401, message, [], challenge);
  }
  const grant = tokens.find(token);
  if (grant === undefined) {
    throw new ApiError(401, "The token isn't valid or has expired: get a new one.", [], challenge);
  }
  return grant.account;
}

/**
 * Lets the owner of a workspace pass.
 * @throws ApiError 401 without a valid token, 403 when the workspace isn't the token's.
 */
export function authenticate(context: Context, request: FastifyRequest, workspaceId: string): void {
  if (requireAccount(context, request).workspaceId !== workspaceId) {
    throw new ApiError(403, `The workspace ${workspaceId} isn't one that this token may use.`);
  }
}
