import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

/** What the providers of a command see of its engine: that it is there, and takes messages. */
export class EngineServer {
  private constructor(
    readonly address: string,
    readonly stop: () => void,
  ) {}

  /** @param onMessage is called with each message. */
  static async start(onMessage: (message: string) => void = () => undefined): Promise<EngineServer> {
    const server = new Server();
    const log = ({ request }: ServerUnaryCall<LogRequest, Empty>, done: sendUnaryData<Empty>): void => {
      onMessage(request.getMessage());
      done(null, new Empty());
    };
    server.addService(EngineService, { log });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return new EngineServer(`127.0.0.1:${port}`, () => server.forceShutdown());
  }
}
