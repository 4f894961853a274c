import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { SECRET_SETTINGS } from "../config/lookup";
import type { Claims } from "../lifecycle/claims";
import { type CheckFailure, failure, type Properties } from "../lifecycle/properties";
import { type Call, PartialFailure } from "../lifecycle/resource";
import { Sessions } from "../lifecycle/sessions";
import { changedSettings, checkSettings, settingsOf } from "./config";
import { diffResponse } from "./diff";
import type { CallReporter } from "./engine-log";
import { callFunction } from "./functions";
import { kindOf, previewed, stored, WEBHOOK } from "./kinds";
import { InitializationFailure } from "./status";
import { TestedWebhooks } from "./tested-webhooks";
import { labelOf, typeOf } from "./urn";
import { readValues, writeValues } from "./values";

/** What a provider needs to know of its process. */
export interface ProviderOptions {
  /** Makes a reporter for what happens to one resource. */
  readonly reporterFor: (urn: string) => CallReporter;
  /** Whether Pulumi has ended or was interrupted: then nothing more is sent. */
  readonly isAbandoned: () => boolean | Promise<boolean>;
  /** Which webhooks have an owner. */
  readonly claims: () => Claims;
}

/** The part of a request that says which resource it is about. */
interface ResourceRequest {
  getUrn(): string;
}

/** The provider as Pulumi's engine calls it: requests in, responses out. */
export class Provider {
  readonly #options: ProviderOptions;
  readonly #tested = new TestedWebhooks(WEBHOOK);
  /** The ids of what was read without a state, by URN. */
  readonly #imported = new Map<string, string>();
  #sessions: Sessions;

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.#sessions = this.#sessionsWith({});
  }

  checkConfig(request: proto.CheckRequest): proto.CheckResponse {
    const { properties, secrets } = readValues(request.getNews());
    const { inputs, failures } = checkSettings(properties);
    return checkResponse(writeValues(inputs, new Set([...secrets, ...SECRET_SETTINGS])), failures);
  }

  diffConfig(request: proto.DiffRequest): proto.DiffResponse {
    const olds = readValues(request.getOldInputs() ?? request.getOlds()).properties;
    const changed = changedSettings(olds, readValues(request.getNews()).properties);
    const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
    return new proto.DiffResponse()
      .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
      .setDiffsList([...changed]);
  }

  configure(request: proto.ConfigureRequest): proto.ConfigureResponse {
    this.#sessions = this.#sessionsWith(readValues(request.getArgs()).properties);
    return new proto.ConfigureResponse()
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSupportspreview(true);
  }

  async check(request: proto.CheckRequest): Promise<proto.CheckResponse> {
    const urn = request.getUrn();
    const olds = stored(readValues(request.getOlds()).properties);
    const news = this.#tested.resolve(readValues(request.getNews()), olds);
    const { inputs, failures } = await this.#call(request, 0, async (call) => {
      const profile =
        news.properties.profile === undefined
          ? []
          : [
              failure(
                "profile",
                "is for Node.js programs without a plugin: use an explicit provider instead",
              ),
            ];
      const checked = await kindOf(typeOf(urn)).lifecycle.check(
        { ...call, resource: labelOf(urn), importedId: this.#imported.get(urn) },
        olds,
        stored(news.properties),
      );
      return { ...checked, failures: [...profile, ...checked.failures] };
    });
    return checkResponse(writeValues(inputs, news.secrets), failures);
  }

  async diff(request: proto.DiffRequest): Promise<proto.DiffResponse> {
    const kind = kindOf(typeOf(request.getUrn()));
    const state = readValues(request.getOlds());
    const olds = stored(state.properties);
    const news = readValues(request.getNews()).properties;
    const id = request.getId();
    return await this.#call(request, 0, async (call) => {
      const difference = await kind.lifecycle.diff(call, id, olds, news);
      this.#tested.met(request.getUrn(), id, { ...state, properties: olds });
      return diffResponse(kind, difference, olds, news);
    });
  }

  async create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const kind = kindOf(typeOf(request.getUrn()));
    const inputs = readValues(request.getProperties());
    const created = await this.#operation(request, inputs.properties, inputs.secrets, async (call) =>
      request.getPreview()
        ? { id: "", properties: previewed(kind, inputs.properties) }
        : await kind.lifecycle.create(call, inputs.properties),
    );
    this.#tested.met(request.getUrn(), created.id, { ...inputs, properties: created.properties });
    return new proto.CreateResponse()
      .setId(created.id)
      .setProperties(writeValues(created.properties, inputs.secrets));
  }

  async update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
    const kind = kindOf(typeOf(request.getUrn()));
    const olds = stored(readValues(request.getOlds()).properties);
    const news = readValues(request.getNews());
    const id = request.getId();
    const properties = await this.#operation(request, news.properties, news.secrets, async (call) =>
      request.getPreview()
        ? previewed(kind, news.properties, olds)
        : await kind.lifecycle.update(call, id, olds, news.properties),
    );
    this.#tested.met(request.getUrn(), id, { ...news, properties });
    return new proto.UpdateResponse().setProperties(writeValues(properties, news.secrets));
  }

  /** For a refresh, an import, and a resource that a program only reads. */
  async read(request: proto.ReadRequest): Promise<proto.ReadResponse> {
    const kind = kindOf(typeOf(request.getUrn()));
    const state = readValues(request.getProperties());
    const inputs = readValues(request.getInputs());
    const secrets = new Set([...state.secrets, ...inputs.secrets]);
    if (Object.keys(state.properties).length === 0) {
      this.#imported.set(request.getUrn(), request.getId());
    }
    const found = await this.#call(request, request.getTimeout(), async (call) =>
      kind.lifecycle.read(call, request.getId(), stored(state.properties)),
    );
    if (found === undefined) {
      return new proto.ReadResponse();
    }
    this.#tested.met(request.getUrn(), found.id, { properties: found.properties, secrets });
    return new proto.ReadResponse()
      .setId(found.id)
      .setProperties(writeValues(found.properties, secrets))
      .setInputs(writeValues(found.inputs ?? inputs.properties, secrets));
  }

  async delete(request: proto.DeleteRequest): Promise<void> {
    const { lifecycle } = kindOf(typeOf(request.getUrn()));
    const properties = stored(readValues(request.getProperties()).properties);
    await this.#call(request, request.getTimeout(), async (call) =>
      lifecycle.delete(call, request.getId(), properties),
    );
  }

  async invoke(request: proto.InvokeRequest): Promise<proto.InvokeResponse> {
    const { properties, secrets } = readValues(request.getArgs());
    const result = await this.#call({ getUrn: () => "" }, 0, async (call) =>
      callFunction(request.getTok(), call, properties),
    );
    return new proto.InvokeResponse().setReturn(writeValues(result, secrets));
  }

  #sessionsWith(settings: Properties): Sessions {
    const { isAbandoned, claims } = this.#options;
    return new Sessions({
      config: settingsOf(settings),
      env: process.env,
      isAbandoned,
      claims: claims(),
    });
  }

  /** One call of the engine's, of which the messages have arrived when it ends. */
  async #call<T>(request: ResourceRequest, seconds: number, work: (call: Call) => Promise<T>): Promise<T> {
    const urn = request.getUrn();
    const reporter = this.#options.reporterFor(urn);
    const call: Call = {
      sessions: this.#sessions,
      reporter,
      timeoutMs: seconds > 0 ? seconds * 1000 : undefined,
    };
    try {
      return await work(call);
    } finally {
      await reporter.settled();
    }
  }

  /** A call that may leave a resource which is not as it should be. */
  async #operation<T>(
    request: ResourceRequest & { getTimeout(): number },
    inputs: Properties,
    secrets: ReadonlySet<string>,
    work: (call: Call) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#call(request, request.getTimeout(), work);
    } catch (error) {
      throw error instanceof PartialFailure
        ? new InitializationFailure(
            error,
            writeValues(error.properties, secrets),
            writeValues(inputs, secrets),
          )
        : error;
    }
  }
}

function checkResponse(inputs: Struct, failures: readonly CheckFailure[]): proto.CheckResponse {
  return new proto.CheckResponse()
    .setInputs(inputs)
    .setFailuresList(
      failures.map(({ property, reason }) =>
        new proto.CheckFailure().setProperty(property).setReason(reason),
      ),
    );
}
