import { createRequire } from "node:module";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageServer } from "@pulumi/pulumi/automation/server.js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";

// Runs the programs of many commands as Pulumi's Automation API runs inline programs: in a process that has Pulumi's
// SDK loaded already. The parent sends the folder of a project and gets the port at which the CLI reaches its program.
const require = createRequire(import.meta.url);

process.on("message", (folder) => {
  const file = join(String(folder), "index.js");
  const program = async () => {
    delete require.cache[file];
    const exported = require(file);
    return typeof exported === "function" ? await exported() : exported;
  };
  const server = new Server();
  server.addService(LanguageRuntimeService, Object(new LanguageServer(program)));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      throw error;
    }
    process.send?.({ folder, port });
  });
});
process.on("disconnect", () => process.exit(0));
