import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Reporter } from "../lifecycle/caller";
import { printable } from "../up42/printable";

const CHANNEL = {
  // The engine is on this machine, and gRPC would look for it behind the proxy of `https_proxy`.
  "grpc.enable_http_proxy": 0,
  // Statistics that nobody asks this client for.
  "grpc.enable_channelz": 0,
};

/** Messages to the engine, which shows each with its resource. */
export class EngineLog {
  readonly #address: string;
  #client: EngineClient | undefined;

  /** @param address Where the engine listens. */
  constructor(address: string) {
    this.#address = address;
  }

  /** A reporter for one call of the engine's, which ends when its messages have arrived. */
  forCall(urn: string): CallReporter {
    return new CallReporter(async (severity, message, isEphemeral) => {
      const request = new LogRequest()
        .setUrn(urn)
        .setSeverity(severity)
        .setMessage(printable(message))
        .setEphemeral(isEphemeral);
      await new Promise<void>((resolve, reject) => {
        this.#connected().log(request, (error) => (error === null ? resolve() : reject(error)));
      });
    });
  }

  /** Many commands have no message. */
  #connected(): EngineClient {
    this.#client ??= new EngineClient(this.#address, credentials.createInsecure(), CHANNEL);
    return this.#client;
  }
}

type Send = (severity: LogSeverity, message: string, isEphemeral: boolean) => Promise<void>;

/** What one call has to say. Progress is ephemeral: it stands beside the resource while that is under way. */
export class CallReporter implements Reporter {
  readonly #send: Send;
  readonly #sent: Promise<void>[] = [];

  constructor(send: Send) {
    this.#send = send;
  }

  readonly info = (line: string): void => this.#say(LogSeverity.INFO, line);
  readonly warn = (line: string): void => this.#say(LogSeverity.WARNING, line);
  readonly progress = (line: string): void => this.#say(LogSeverity.INFO, line, true);

  /** Waits until all messages have arrived, or failed to: after the call's answer, the engine may end. */
  async settled(): Promise<void> {
    await Promise.all(this.#sent);
  }

  #say(severity: LogSeverity, line: string, isEphemeral = false): void {
    const sent = this.#send(severity, line, isEphemeral);
    // A message that does not arrive must not fail an operation that may have changed something at UP42.
    this.#sent.push(sent.catch(() => undefined));
  }
}
