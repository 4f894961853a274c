import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { SIGNATURE_KEY } from "../../provider/src/engine/secret";

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

const URN = urnOf("pulumi-nodejs:dynamic/up42:Webhook", "webhook");
const MESSAGE_BYTES = 400 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 120_000;

/** Nobody listens there; a host that has never met its engine does not miss it. */
export const NO_ENGINE = "127.0.0.1:1";

/** Hosts whose output nobody reads any more would not end by themselves. */
const alive = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of alive) {
    child.kill("SIGKILL");
  }
});

/** A process of Node.js that serves providers, and prints a line with the port of each. */
export class HostProcess {
  #output = "";
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(args: readonly string[], options: Pick<SpawnOptions, "cwd" | "env">) {
    const child = spawn(process.execPath, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
    alive.add(child);
    child.once("exit", () => alive.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    // Its end shows in the lines and calls that then fail.
    child.stdin.on("error", () => undefined);
    this.#child = child;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  /** Everything the process wrote so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** The port in the next line. @throws HostError when the process was killed instead, Error when it ended */
  async nextPort(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done !== true) {
      return value;
    }
    if (this.#child.killed) {
      throw new HostError("the host was killed");
    }
    throw new Error(`a host ended before it listened: ${this.#output}`);
  }

  onceGone(act: () => void): void {
    this.#child.once("exit", act);
  }

  /** Writes a line to the process. */
  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Ends the process, as `kill -9` does; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.killNow();
    await gone;
  }

  /** Ends the process without waiting, in the middle of whatever it does. */
  killNow(): void {
    this.#child.kill("SIGKILL");
  }
}

/** A provider behind gRPC, spoken to as Pulumi's engine does. */
export class ProviderClient {
  readonly #client: ResourceProviderClient;
  #acceptsSecrets = false;

  constructor(port: string) {
    this.#client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": MESSAGE_BYTES,
    });
  }

  async configure(config: Properties): Promise<void> {
    await this.#connected();
    const request = new messages.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript(config));
    const answer = await unary<messages.ConfigureResponse>((done) => this.#client.configure(request, done));
    this.#acceptsSecrets = answer.getAcceptsecrets();
  }

  /** As the engine does: a provider that is slow to answer is no failure. */
  async #connected(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.waitForReady(Date.now() + CONNECT_TIMEOUT_MS, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  /** @throws HostError with the reasons of failed checks */
  async check(olds: Properties, news: Properties, urn = URN): Promise<Properties> {
    const request = new messages.CheckRequest();
    request.setUrn(urn);
    request.setOlds(this.#struct(olds));
    request.setNews(this.#struct(news));
    const answer = await unary<messages.CheckResponse>((done) => this.#client.check(request, done));
    const failures = answer.getFailuresList().map((failure) => failure.getReason());
    if (failures.length > 0) {
      throw new HostError(failures.join("\n"));
    }
    return propertiesOf(answer.getInputs());
  }

  /** Whether there is something to update; where the host leaves that to the engine, the inputs decide. */
  async diff(
    id: string,
    olds: Properties,
    oldInputs: Properties,
    news: Properties,
    urn = URN,
  ): Promise<boolean> {
    const request = new messages.DiffRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setOlds(this.#struct(olds));
    request.setNews(this.#struct(news));
    const answer = await unary<messages.DiffResponse>((done) => this.#client.diff(request, done));
    const { DIFF_SOME, DIFF_UNKNOWN } = messages.DiffResponse.DiffChanges;
    const changes = answer.getChanges();
    return changes === DIFF_UNKNOWN ? !isDeepStrictEqual(oldInputs, news) : changes === DIFF_SOME;
  }

  async create(
    inputs: Properties,
    urn = URN,
  ): Promise<{ readonly id: string; readonly properties: Properties }> {
    const request = new messages.CreateRequest();
    request.setUrn(urn);
    request.setProperties(this.#struct(inputs));
    const answer = await unary<messages.CreateResponse>((done) => this.#client.create(request, done));
    return { id: answer.getId(), properties: propertiesOf(answer.getProperties()) };
  }

  async update(id: string, olds: Properties, news: Properties, urn = URN): Promise<Properties> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setOlds(this.#struct(olds));
    request.setNews(this.#struct(news));
    const answer = await unary<messages.UpdateResponse>((done) => this.#client.update(request, done));
    return propertiesOf(answer.getProperties());
  }

  /** Undefined: the resource is gone. */
  async read(
    id: string,
    properties: Properties,
    urn = URN,
  ): Promise<{ readonly properties: Properties; readonly inputs: Properties } | undefined> {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setProperties(this.#struct(properties));
    const answer = await unary<messages.ReadResponse>((done) => this.#client.read(request, done));
    return answer.getId() === ""
      ? undefined
      : { properties: propertiesOf(answer.getProperties()), inputs: propertiesOf(answer.getInputs()) };
  }

  async delete(id: string, properties: Properties, urn = URN): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setProperties(this.#struct(properties));
    await unary<unknown>((done) => this.#client.delete(request, done));
  }

  /** Ctrl-C: the engine lets its providers know. */
  async cancel(): Promise<void> {
    await unary<Empty>((done) => this.#client.cancel(new Empty(), done));
  }

  /** Resolves when the process has met all that came before, or has ended. */
  async answered(): Promise<void> {
    await new Promise<void>((resolve) => this.#client.getPluginInfo(new Empty(), () => resolve()));
  }

  close(): void {
    this.#client.close();
  }

  /** As the engine does: a provider that accepts no marks of secrets gets the values without. */
  #struct(properties: Properties): Struct {
    return Struct.fromJavaScript(this.#acceptsSecrets ? properties : unmarked(properties));
  }
}

async function unary<T>(call: (done: (error: ServiceError | null, answer: T) => void) => void): Promise<T> {
  return await new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error === null) {
        resolve(answer);
      } else {
        reject(new HostError(error.details, initFailureIn(error.metadata)));
      }
    });
  });
}

function initFailureIn(metadata: Metadata): InitFailure | undefined {
  const [bytes] = metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Buffer)) {
    return undefined;
  }
  const detail = Status.deserializeBinary(bytes).getDetailsList()[0];
  if (detail === undefined) {
    return undefined;
  }
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return { id: failed.getId(), properties: propertiesOf(failed.getProperties()) };
}

function propertiesOf(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

function unmarked(properties: Properties): Properties {
  const plain = (value: JavaScriptValue): JavaScriptValue => (isMarked(value) ? value.value : value) ?? null;
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, plain(value)]));
}

/** Whether a value is one that the engine keeps as a secret. */
export function isMarked(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && SIGNATURE_KEY in value;
}

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:dev::faults::${type}::${name}`;
}
