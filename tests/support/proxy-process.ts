import { join } from "node:path";
import * as v from "valibot";
import { startCommand } from "../../tools/process.mjs";
import { INSPECTED } from "./certificates";

/** What a proxy does; see proxy-program.mjs. */
export interface ProxyOptions {
  readonly kind: "forward" | "silent" | "close" | "answer";
  /** Whether the connection to the proxy is TLS. */
  readonly secure?: boolean;
  /** The port of this machine that a host is at. */
  readonly ports?: Readonly<Record<string, number>>;
  /** What it answers, one packet each. */
  readonly pieces?: readonly string[];
}

const passed = v.array(
  v.object({
    method: v.string(),
    target: v.string(),
    authorization: v.string(),
    proxyAuthorization: v.string(),
  }),
);

/** A proxy that runs as a process of its own. */
export interface ProxyProcess {
  /** Such as "127.0.0.1:40123". */
  readonly address: string;
  /** The requests that came since the last call. */
  requests(): Promise<v.InferOutput<typeof passed>>;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startProxyProcess({ secure = false, ...options }: ProxyOptions): Promise<ProxyProcess> {
  const argument = JSON.stringify({ ...options, ...(secure ? { tls: INSPECTED } : {}) });
  const running = startCommand(process.execPath, [join(__dirname, "proxy-program.mjs"), argument]);
  const [, port = "", notes = ""] = await running.waitForOutput(/^(\d+) (\d+)\./);
  return {
    address: `127.0.0.1:${port}`,
    requests: async () => v.parse(passed, await (await fetch(`http://127.0.0.1:${notes}`)).json()),
    stop: async () => {
      running.kill();
      await running.result;
    },
  };
}
