import { randomBytes } from "node:crypto";
import type { Account } from "./model";

/** A token of UP42's can be renewed for half an hour. */
export const REFRESH_LIFETIME_SECONDS = 1800;

interface Grant {
  readonly account: Account;
  readonly expiresAt: number;
}

/** The tokens that were handed out, in memory: a restart of the emulator ends them all. */
export class Tokens {
  readonly #access = new Map<string, Grant>();
  readonly #refresh = new Map<string, Grant>();

  /** @param now The clock, in milliseconds. */
  constructor(
    readonly lifetimeSeconds: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** A new access token for the account. */
  issue(account: Account): string {
    return this.#grant(this.#access, account, this.lifetimeSeconds);
  }

  /** A new refresh token for the account. */
  issueRefresh(account: Account): string {
    return this.#grant(this.#refresh, account, REFRESH_LIFETIME_SECONDS);
  }

  /** Whose access token this is, unless it is unknown or expired. */
  account(token: string): Account | undefined {
    return this.#find(this.#access, token);
  }

  /** Whose refresh token this is, unless it is unknown or expired. */
  refreshAccount(token: string): Account | undefined {
    return this.#find(this.#refresh, token);
  }

  /** Ends all tokens at once. */
  revokeAll(): void {
    this.#access.clear();
    this.#refresh.clear();
  }

  #grant(grants: Map<string, Grant>, account: Account, lifetimeSeconds: number): string {
    const now = this.now();
    for (const [token, grant] of grants) if (grant.expiresAt <= now) grants.delete(token);
    const token = randomBytes(32).toString("base64url");
    grants.set(token, { account, expiresAt: now + lifetimeSeconds * 1000 });
    return token;
  }

  #find(grants: Map<string, Grant>, token: string): Account | undefined {
    const grant = grants.get(token);
    return grant !== undefined && grant.expiresAt > this.now() ? grant.account : undefined;
  }
}
