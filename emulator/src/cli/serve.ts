import { once } from "node:events";
import { codeOf } from "../cause";
import type { ErrorFormat } from "../envelope";
import type { Fault } from "../faults";
import type { Account } from "../model";
import { DEMO_ACCOUNT, type SecretVisibility } from "../options";
import { readSeedFile, type Seed } from "../seed";
import type { SignedHeader } from "../signature";
import { startEmulator } from "../start";

/** The options of the command, as they are parsed. */
export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly allowHost?: readonly string[];
  readonly allowReceiver?: readonly string[];
  readonly data?: string;
  readonly seedFile?: string;
  readonly fault?: readonly Fault[];
  readonly latency: number;
  readonly tokenLifetime: number;
  readonly testTimeout: number;
  readonly retries: number;
  readonly retryDelay: number;
  readonly rateLimit: number;
  readonly secretVisibility: SecretVisibility;
  readonly deleteStatus: "200" | "204";
  readonly userinfoScope: "openid" | "none";
  readonly uniqueUrls: boolean;
  readonly unknownFields: "ignore" | "refuse";
  readonly errorFormat: ErrorFormat;
  readonly signedHeaders: readonly SignedHeader[];
}

/** Runs the emulator until SIGINT or SIGTERM. */
export async function serve(options: ServeOptions): Promise<void> {
  surviveClosedOutput();
  const seed: Seed = options.seedFile === undefined ? {} : readSeedFile(options.seedFile);
  const emulator = await startEmulator({
    ...seed,
    port: options.port,
    host: options.host,
    allowedHosts: options.allowHost,
    allowedReceivers: options.allowReceiver,
    dataFile: options.data,
    faults: options.fault,
    latencyMs: options.latency,
    tokenLifetimeSeconds: options.tokenLifetime,
    testTimeoutSeconds: options.testTimeout,
    retries: options.retries,
    retryDelayMs: options.retryDelay,
    rateLimit: options.rateLimit,
    secretVisibility: options.secretVisibility,
    deleteStatus: options.deleteStatus === "200" ? 200 : 204,
    userinfoScope: options.userinfoScope,
    uniqueUrls: options.uniqueUrls,
    unknownFields: options.unknownFields,
    errorFormat: options.errorFormat,
    signedHeaders: options.signedHeaders,
    log: (line) => print(`${new Date().toISOString().slice(11, 19)} ${line}`),
  });
  print(introduction(emulator.url, options.data, seed.accounts?.[0] ?? DEMO_ACCOUNT));
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await emulator.close();
  print("Stopped.");
}

/** Goes on without a log when its reader is gone, as in `up42-emulator | head`. */
function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (codeOf(error) !== "EPIPE") {
        throw error;
      }
    });
  }
}

function introduction(url: string, dataFile: string | undefined, account: Account): string {
  const { username, password, workspaceId, projectId, projectApiKey } = account;
  const project =
    projectId === undefined
      ? ""
      : `Project   ${projectId}, API key ${projectApiKey} (the older way to log in)\n`;
  return `UP42's webhooks API, emulated: ${url}

To point pulumi-up42 at it:
  export UP42_API_URL=${url}
  export UP42_AUTH_URL=${url}
  export UP42_USERNAME=${username}
  export UP42_PASSWORD=${password}

Page      ${url}/
Workspace ${workspaceId}
${project}Webhooks  kept in ${dataFile ?? "memory; --data FILE keeps them"}
Trigger   up42-emulator trigger order.status --status FULFILLED --url ${url}

Stop it with Ctrl-C.
`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
