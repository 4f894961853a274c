import { Server, ServerCredentials } from "@grpc/grpc-js";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { packageVersion } from "../config/package-version";
import { engineAddress } from "../engine/engine";
import { Link } from "./link";
import { Provider } from "./provider";
import type * as schema from "./schema";
import { unary } from "./status";

/** Loaded when it is called: deployments do without. */
const loadSchema = (): typeof schema => require("./schema");

/** As Pulumi's own: a request may hold all of a stack's properties. */
const LARGEST_MESSAGE = 400 * 1024 * 1024;

/**
 * Runs the provider plugin until its engine ends it.
 *
 * @param args As the engine gives them, its address among them.
 */
export async function serve(args: readonly string[]): Promise<void> {
  const link = new Link();
  link.to(engineAddress(args));
  const provider = new Provider({
    reporterFor: (urn) => link.reporterFor(urn),
    isAbandoned: async () => await link.isAbandoned(),
    claims: () => link.claims,
  });
  const server = new Server({
    "grpc.max_receive_message_length": LARGEST_MESSAGE,
    "grpc.max_send_message_length": LARGEST_MESSAGE,
    // Statistics that nobody asks this server for.
    "grpc.enable_channelz": 0,
  });
  server.addService(ResourceProviderService, {
    handshake: unary((request: proto.ProviderHandshakeRequest) => {
      link.to(request.getEngineAddress());
      return new proto.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true);
    }),
    attach: unary((request: PluginAttach) => {
      link.to(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(packageVersion())),
    getSchema: unary(() => {
      const text = JSON.stringify(loadSchema().schemaOf(packageVersion()));
      return new proto.GetSchemaResponse().setSchema(text);
    }),
    cancel: unary(() => {
      link.interrupt();
      return new Empty();
    }),
    checkConfig: unary((request: proto.CheckRequest) => provider.checkConfig(request)),
    diffConfig: unary((request: proto.DiffRequest) => provider.diffConfig(request)),
    configure: unary((request: proto.ConfigureRequest) => provider.configure(request)),
    check: unary((request: proto.CheckRequest) => provider.check(request)),
    diff: unary((request: proto.DiffRequest) => provider.diff(request)),
    create: unary((request: proto.CreateRequest) => provider.create(request)),
    read: unary((request: proto.ReadRequest) => provider.read(request)),
    update: unary((request: proto.UpdateRequest) => provider.update(request)),
    delete: unary(async (request: proto.DeleteRequest) => {
      await provider.delete(request);
      return new Empty();
    }),
    invoke: unary((request: proto.InvokeRequest) => provider.invoke(request)),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  // The engine reads the first line.
  console.log(String(port));
  setImmediate(() => link.removeOldLogs());
}
