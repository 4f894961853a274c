import type { Call } from "../../provider/src/lifecycle/resource";
import { Session } from "../../provider/src/lifecycle/session";
import { Sessions } from "../../provider/src/lifecycle/sessions";
import type { WebhooksApi } from "../../provider/src/up42/api";

/** Sessions that all lead to one API, whatever the profile. */
class SessionsOfOne extends Sessions {
  readonly session: Session;

  constructor(api: WebhooksApi, settings: SessionSettings) {
    super({ config: () => undefined, env: {} });
    const { workspaceId, timeoutSeconds = 2, namespace = "up42", allowHttp = false } = settings;
    this.session = new Session(api, { workspaceId, timeoutSeconds, namespace, allowHttp }, this.claims);
  }

  override for(): Session {
    return this.session;
  }
}

interface SessionSettings {
  readonly workspaceId?: string | undefined;
  readonly timeoutSeconds?: number;
  readonly namespace?: string;
  readonly allowHttp?: boolean;
}

/** What a lifecycle needs for a call, over an API in memory. */
export interface TestCall {
  readonly session: Session;
  readonly call: Call;
  /** All that was reported, of whatever kind. */
  readonly lines: string[];
}

/** A session and the engine's call over this API. */
export function callOver(api: WebhooksApi, settings: SessionSettings = { workspaceId: "ws" }): TestCall {
  const lines: string[] = [];
  const push = (line: string): void => {
    lines.push(line);
  };
  const sessions = new SessionsOfOne(api, settings);
  const call: Call = { sessions, reporter: { info: push, warn: push, progress: push } };
  return { session: sessions.session, call, lines };
}
