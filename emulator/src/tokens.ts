import { randomBytes } from "node:crypto";
import type { Account } from "./model";

/** A token of UP42's can be renewed for half an hour. */
export const REFRESH_LIFETIME_SECONDS = 1800;

/** As many of each kind are remembered; the oldest ends before its time. */
const REMEMBERED = 10_000;

/** What a token stands for. */
export interface Grant {
  readonly account: Account;
  /** What the client asked for, such as `openid`; undefined for nothing. */
  readonly scope?: string | undefined;
}

interface StoredGrant extends Grant {
  readonly expiresAt: number;
}

/** The tokens that were handed out, in memory: a restart of the emulator ends them all. */
export class Tokens {
  readonly #access = new Map<string, StoredGrant>();
  readonly #refresh = new Map<string, StoredGrant>();

  /** @param now The clock, in milliseconds. */
  constructor(
    readonly lifetimeSeconds: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** A new access token. */
  issue(grant: Grant): string {
    return this.#issue(this.#access, grant, this.lifetimeSeconds);
  }

  /** A new refresh token. */
  issueRefresh(grant: Grant): string {
    return this.#issue(this.#refresh, grant, REFRESH_LIFETIME_SECONDS);
  }

  /** What an access token stands for, unless it is unknown or expired. */
  find(token: string): Grant | undefined {
    return this.#find(this.#access, token);
  }

  /** What a refresh token stands for, unless it is unknown or expired. */
  findRefresh(token: string): Grant | undefined {
    return this.#find(this.#refresh, token);
  }

  /** Ends all tokens at once. */
  revokeAll(): void {
    this.#access.clear();
    this.#refresh.clear();
  }

  #issue(grants: Map<string, StoredGrant>, { account, scope }: Grant, lifetimeSeconds: number): string {
    const now = this.now();
    // All of a kind live equally long: the oldest are the first to expire.
    for (const [token, { expiresAt }] of grants) {
      if (expiresAt > now && grants.size < REMEMBERED) {
        break;
      }
      grants.delete(token);
    }
    const token = randomBytes(32).toString("base64url");
    grants.set(token, { account, scope, expiresAt: now + lifetimeSeconds * 1000 });
    return token;
  }

  #find(grants: Map<string, StoredGrant>, token: string): Grant | undefined {
    const grant = grants.get(token);
    return grant !== undefined && grant.expiresAt > this.now() ? grant : undefined;
  }
}
