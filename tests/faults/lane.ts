import type { Account, Emulator } from "up42-emulator";
import { loginAs } from "../support/up42-account";
import type { Properties } from "./host";
import { FaultyProxy } from "./proxy";
import type { Surroundings } from "./stack";

export const TIMEOUT_SECONDS = 4;
/** For the recovery, which is without faults: a busy machine must not look like one. */
export const CALM_TIMEOUT_SECONDS = 40;
/** As in the provider: a quarter of the operation's time. */
export const ATTEMPT_TIMEOUT_MS = (TIMEOUT_SECONDS * 1000) / 4;

/** A place for one run at a time: an account with its workspace, and a proxy before it. */
export interface Lane extends Surroundings {
  /** The two profiles of the account. */
  readonly profiles: readonly [string, string];
  readonly account: Account;
}

/** Which of the two time-outs a command has. */
export const PACES = ["hurried", "calm"] as const;

export type Pace = (typeof PACES)[number];

/** @param name what its profiles are called by */
export async function openLane(emulator: Emulator, account: Account, name: string): Promise<Lane> {
  const proxy = await FaultyProxy.start({ target: emulator.url, attemptMs: ATTEMPT_TIMEOUT_MS });
  const { workspaceId } = account;
  return {
    profiles: [name, `${name}-b`],
    account,
    proxy,
    webhooks: () => emulator.webhooks(workspaceId),
    colleague: async () => await loginAs(emulator, account),
  };
}

/** The provider's settings for a lane's account. */
export function settingsOf({ account, proxy }: Lane, pace: Pace): Properties {
  return {
    username: account.username,
    password: account.password,
    workspaceId: account.workspaceId,
    apiUrl: proxy.url,
    timeoutSeconds: String(pace === "hurried" ? TIMEOUT_SECONDS : CALM_TIMEOUT_SECONDS),
  };
}
