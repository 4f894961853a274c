import { once } from "node:events";
import { DEMO_ACCOUNT, type SecretVisibility } from "../options";
import { startEmulator } from "../start";

/** The options of the command, as they are parsed. */
export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly data?: string;
  readonly latency: number;
  readonly tokenLifetime: number;
  readonly testTimeout: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly secretVisibility: SecretVisibility;
  readonly deleteStatus: "200" | "204";
}

/** Runs the emulator until SIGINT or SIGTERM. */
export async function serve(options: ServeOptions): Promise<void> {
  const emulator = await startEmulator({
    port: options.port,
    host: options.host,
    ...(options.data === undefined ? {} : { dataFile: options.data }),
    latencyMs: options.latency,
    tokenLifetimeSeconds: options.tokenLifetime,
    testTimeoutSeconds: options.testTimeout,
    retries: options.retries,
    retryDelayMs: options.retryDelay,
    secretVisibility: options.secretVisibility,
    deleteStatus: options.deleteStatus === "200" ? 200 : 204,
    log: (line) => print(`${new Date().toISOString().slice(11, 19)} ${line}`),
  });
  print(introduction(emulator.url, options.data));
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await emulator.close();
  print("Stopped.");
}

function introduction(url: string, dataFile: string | undefined): string {
  const { username, password, workspaceId, projectId, projectApiKey } = DEMO_ACCOUNT;
  return `UP42's webhooks API, emulated: ${url}

To point pulumi-up42 at it:
  export UP42_API_URL=${url}
  export UP42_AUTH_URL=${url}
  export UP42_USERNAME=${username}
  export UP42_PASSWORD=${password}

Page      ${url}/
Workspace ${workspaceId}
Project   ${projectId}, API key ${projectApiKey} (the older way to log in)
Webhooks  kept in ${dataFile ?? "memory; --data FILE keeps them"}
Trigger   up42-emulator trigger order.status --status FULFILLED --url ${url}

Stop it with Ctrl-C.
`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
