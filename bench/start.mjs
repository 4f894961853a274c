import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { DEMO_ACCOUNT } from "up42-emulator";
import { median } from "../tools/figures.mjs";
import { startCommand } from "../tools/process.mjs";
import { ownEnvironment } from "../tools/pulumi-project.mjs";
import { atMost } from "./bars.mjs";

const RUNS = 11;
const HERE = fileURLToPath(new URL(".", import.meta.url));
const run = promisify(execFile);
const require = createRequire(import.meta.url);
/** @type {typeof import("@pulumi/pulumi/proto/provider_grpc_pb.js")} */
const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");
/** @type {typeof import("@pulumi/pulumi/proto/provider_pb.js")} */
const proto = require("@pulumi/pulumi/proto/provider_pb");
/** @type {typeof import("google-protobuf/google/protobuf/struct_pb.js")} */
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const PLUGIN = fileURLToPath(new URL("../provider/pulumi-resource-up42", import.meta.url));
const { username, password, workspaceId } = DEMO_ACCOUNT;
const SETTINGS = { UP42_USERNAME: username, UP42_PASSWORD: password, UP42_WORKSPACE_ID: workspaceId };
const WEBHOOK = {
  workspaceId,
  name: "one",
  url: "https://example.com",
  events: ["order.status"],
  active: true,
  createdAt: "",
  updatedAt: "",
};

/** What importing the package costs in a program that has Pulumi's SDK already, in fresh processes. */
export async function measureImport() {
  const script = `require("@pulumi/pulumi");
    const start = performance.now();
    require("pulumi-up42");
    console.log(performance.now() - start);`;
  const load = async () => Number((await run(process.execPath, ["--eval", script], { cwd: HERE })).stdout);
  return atMost("importing the package, ms", await medianOf(load), 10);
}

/**
 * How long the plugin takes from the start of its process to its first request to UP42, when the engine deletes a
 * webhook; and beside it a process of Node.js that does nothing.
 */
export async function measureStart() {
  const nothing = async () => {
    const start = performance.now();
    await run(process.execPath, ["--eval", "0"], { env: ownEnvironment() });
    return performance.now() - start;
  };
  console.log(`Node.js ${process.version} that does nothing, ms: ${(await medianOf(nothing)).toFixed(0)}`);
  // The first one fills the cache of compiled code.
  await timeToFirstRequest();
  return atMost("plugin, from its start to the first request, ms", await medianOf(timeToFirstRequest), 150);
}

async function timeToFirstRequest() {
  const up42 = createServer((_request, response) => response.writeHead(401).end());
  await once(up42.listen(0, "127.0.0.1"), "listening");
  const start = performance.now();
  const requested = once(up42, "request").then(() => performance.now() - start);
  // Its port is also the engine's, to which the plugin holds a connection open.
  const address = `127.0.0.1:${Object(up42.address()).port}`;
  const env = { ...ownEnvironment(), ...SETTINGS, UP42_API_URL: `http://${address}` };
  const plugin = startCommand(PLUGIN, [address], { env });
  try {
    const [port] = await plugin.waitForOutput(/^\d+(?=\n)/);
    const failed = deleteWebhook(`127.0.0.1:${port}`).then(() => {
      throw new Error("The plugin deleted a webhook without a login.");
    });
    return await Promise.race([requested, failed]);
  } finally {
    // As the engine ends it.
    plugin.kill("SIGINT");
    await plugin.result;
    up42.close();
  }
}

/** Calls the plugin as the engine does. @param {string} address */
async function deleteWebhook(address) {
  // The variables of a proxy are not for this machine.
  const client = new ResourceProviderClient(address, credentials.createInsecure(), {
    "grpc.enable_http_proxy": 0,
  });
  await promisify(client.handshake.bind(client))(new proto.ProviderHandshakeRequest());
  await promisify(client.configure.bind(client))(new proto.ConfigureRequest().setArgs(new Struct()));
  const request = new proto.DeleteRequest()
    .setId(workspaceId)
    .setUrn("urn:pulumi:bench::bench::up42:index:Webhook::one");
  await promisify(client.delete.bind(client))(request.setProperties(Struct.fromJavaScript(WEBHOOK)));
}

/** @param {() => Promise<number>} measure */
async function medianOf(measure) {
  /** @type {number[]} */
  const times = [];
  while (times.length < RUNS) {
    times.push(await measure());
  }
  return median(times);
}
