import { type ChildProcess, spawn } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { hostEnvironment, type ProviderOptions } from "./folder";

export type Properties = Readonly<Record<string, JavaScriptValue>>;

/** What the host answers to a create that worked at UP42 but not to its end. */
export interface InitFailure {
  readonly id: string;
  readonly properties: Properties;
}

/** An operation failed; `initFailure` when the resource exists nevertheless. */
export class HostError extends Error {
  constructor(
    message: string,
    readonly initFailure?: InitFailure,
  ) {
    super(message);
  }
}

const URN = "urn:pulumi:dev::faults::pulumi-nodejs:dynamic/up42:Webhook::";
/** The key by which the engine knows a marked value. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const MESSAGE_BYTES = 400 * 1024 * 1024;

/** Nobody listens there; a host that has never met its engine does not miss it. */
export const NO_ENGINE = "127.0.0.1:1";

/** Hosts whose output nobody reads any more would not end by themselves. */
const alive = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/** Pulumi's own dynamic host, started as the engine starts it, and spoken to as the engine does. */
export class DynamicHost {
  #output = "";

  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
  ) {}

  static async start(
    folder: string,
    config: Properties,
    provider: ProviderOptions = {},
  ): Promise<DynamicHost> {
    const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
    const child = spawn(process.execPath, [script, NO_ENGINE], {
      cwd: folder,
      env: hostEnvironment(provider),
      stdio: ["ignore", "pipe", "pipe"],
    });
    alive.add(child);
    child.once("exit", () => alive.delete(child));
    const port = await firstLine(child);
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": MESSAGE_BYTES,
    });
    const host = new DynamicHost(child, client);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        host.#output += text;
      });
    }
    const request = new messages.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript(config));
    await unary<messages.ConfigureResponse>((done) => client.configure(request, done));
    return host;
  }

  /** Everything the process wrote so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** @throws HostError with the reasons of failed checks */
  async check(olds: Properties, news: Properties): Promise<Properties> {
    const request = new messages.CheckRequest();
    request.setUrn(URN);
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    const answer = await unary<messages.CheckResponse>((done) => this.client.check(request, done));
    const failures = answer.getFailuresList().map((failure) => failure.getReason());
    if (failures.length > 0) throw new HostError(failures.join("\n"));
    return plain(answer.getInputs());
  }

  /** Whether there is something to update; where the host leaves that to the engine, the inputs decide. */
  async diff(id: string, olds: Properties, oldInputs: Properties, news: Properties): Promise<boolean> {
    const request = new messages.DiffRequest();
    request.setId(id);
    request.setUrn(URN);
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    const answer = await unary<messages.DiffResponse>((done) => this.client.diff(request, done));
    const { DIFF_SOME, DIFF_UNKNOWN } = messages.DiffResponse.DiffChanges;
    const changes = answer.getChanges();
    return changes === DIFF_UNKNOWN ? !isDeepStrictEqual(oldInputs, news) : changes === DIFF_SOME;
  }

  async create(inputs: Properties): Promise<{ readonly id: string; readonly properties: Properties }> {
    const request = new messages.CreateRequest();
    request.setUrn(URN);
    request.setProperties(Struct.fromJavaScript(inputs));
    const answer = await unary<messages.CreateResponse>((done) => this.client.create(request, done));
    return { id: answer.getId(), properties: plain(answer.getProperties()) };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<Properties> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setUrn(URN);
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    const answer = await unary<messages.UpdateResponse>((done) => this.client.update(request, done));
    return plain(answer.getProperties());
  }

  /** Undefined: the resource is gone. */
  async read(
    id: string,
    properties: Properties,
  ): Promise<{ readonly properties: Properties; readonly inputs: Properties } | undefined> {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setUrn(URN);
    request.setProperties(Struct.fromJavaScript(properties));
    const answer = await unary<messages.ReadResponse>((done) => this.client.read(request, done));
    return answer.getId() === ""
      ? undefined
      : { properties: plain(answer.getProperties()), inputs: plain(answer.getInputs()) };
  }

  async delete(id: string, properties: Properties): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setUrn(URN);
    request.setProperties(Struct.fromJavaScript(properties));
    await unary<unknown>((done) => this.client.delete(request, done));
  }

  /** Ends the process, as `kill -9` does; resolves when it is gone. */
  async kill(): Promise<void> {
    this.client.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await gone;
  }

  /** Ends the process without waiting, in the middle of whatever it does. */
  killNow(): void {
    this.child.kill("SIGKILL");
  }
}

async function unary<T>(call: (done: (error: ServiceError | null, answer: T) => void) => void): Promise<T> {
  return await new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error === null) resolve(answer);
      else reject(new HostError(error.details, initFailureIn(error.metadata)));
    });
  });
}

function initFailureIn(metadata: Metadata): InitFailure | undefined {
  const [bytes] = metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Buffer)) return undefined;
  const detail = Status.deserializeBinary(bytes).getDetailsList()[0];
  if (detail === undefined) return undefined;
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return { id: failed.getId(), properties: plain(failed.getProperties()) };
}

/** As the engine does: it keeps a mark of a secret to itself, since a dynamic host does not accept secrets. */
function plain(struct: Struct | undefined): Properties {
  const properties = struct?.toJavaScript() ?? {};
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, unmarked(value)]));
}

function unmarked(value: JavaScriptValue): JavaScriptValue {
  const isMarked = typeof value === "object" && value !== null && !Array.isArray(value) && SIGNATURE in value;
  return isMarked ? (Object.entries(value).find(([key]) => key === "value")?.[1] ?? null) : value;
}

async function firstLine(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    let output = "";
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!output.includes("\n")) return;
      child.stdout?.off("data", listen);
      resolve(output.trim());
    };
    child.stdout?.on("data", listen);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the dynamic host ended with ${code} before it listened`)));
  });
}
