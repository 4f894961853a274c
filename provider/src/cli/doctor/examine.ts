import { type Config, readConfig } from "../../config/config";
import type { ConfigSource } from "../../config/lookup";
import type { Session } from "../../lifecycle/session";
import { openSession } from "../../lifecycle/sessions";
import { type ErrorCode, Up42Error } from "../../up42/errors";
import type { WebhookEvent } from "../../up42/model";
import { reporter } from "../account";
import { counted } from "../output";
import { settingsInUse } from "../settings";
import { Findings, failed, type Outcome, ok, warning } from "./findings";
import { describeWay } from "./proxies";
import { signatureRoundTrip } from "./round-trip";

/** A longer wait would say no more about the cause. */
const TIMEOUT_SECONDS = 30;
/** Signatures with a time in the future are refused by receivers, which have no tolerance by default. */
const LARGEST_CLOCK_OFFSET_MS = 2_000;

/** Errors that say that something else than UP42 answers, or UP42 in another way than it should. */
const OF_THE_ANSWER: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode | undefined>([
  "not-up42",
  "wrong-api",
  "unusable-answer",
  "server-error",
  "rate-limited",
]);

/** What the checks have found out, for what comes after them. */
export interface Examination {
  readonly findings: Findings;
  /** Undefined when the settings cannot be used. */
  readonly config: Config | undefined;
  readonly workspaceId: string | undefined;
  readonly redact: (text: string) => string;
}

/** One try at the outermost points: the API without a login, and the login. */
interface Attempt<T> {
  readonly value?: T;
  readonly error?: Up42Error;
}

/** Checks everything between this machine and the list of webhooks; changes nothing. */
export async function examine(source: ConfigSource, profile: string | undefined): Promise<Examination> {
  const findings = new Findings();
  let config: Config | undefined;
  await findings.check("settings", [], () => {
    // A failure is shown as it is: without retries, and without the minutes that a deployment would take for it.
    const read = readConfig(source, profile);
    config = { ...read, maxRetries: 0, timeoutSeconds: Math.min(read.timeoutSeconds, TIMEOUT_SECONDS) };
    return ok(describeSettings(source, profile, config));
  });
  if (config === undefined) {
    return { findings, config, workspaceId: undefined, redact: (text) => text };
  }
  const examiner = new Examiner(findings, config);
  const workspaceId = await examiner.run();
  return { findings, config, workspaceId, redact: (text) => examiner.redact(text) };
}

function describeSettings(source: ConfigSource, profile: string | undefined, config: Config): string {
  const places = settingsInUse(source, profile)
    .filter(({ from }) => / in the /.test(from))
    .map(({ from }) => from.replace(/ in the .*/, ""));
  return `${places.join(", ")}; API ${config.apiUrl}, login ${config.authUrl}`;
}

class Examiner {
  readonly #session: Session;
  #events: Attempt<readonly WebhookEvent[]> = {};
  #login: Attempt<void> = {};
  #own: Attempt<string> = {};
  #workspaceId: string | undefined;

  constructor(
    private readonly findings: Findings,
    private readonly config: Config,
  ) {
    this.#session = openSession(config);
  }

  redact(text: string): string {
    return this.#session.api.redact(text);
  }

  /** @returns the workspace, when it is there. */
  async run(): Promise<string | undefined> {
    const { findings } = this;
    await findings.check("proxy", ["settings"], async () => {
      await this.#reach();
      return (
        this.#failureOf(new Set(["proxy"])) ?? ok(describeWay([this.config.apiUrl, this.config.authUrl]))
      );
    });
    await findings.check(
      "network",
      ["proxy"],
      () => this.#failureOf(new Set(["network"])) ?? ok("both are reached"),
    );
    await findings.check(
      "TLS",
      ["network"],
      () => this.#failureOf(new Set(["certificate"])) ?? this.#describeTls(),
    );
    await findings.check("answers", ["TLS"], () => this.#failureOf(OF_THE_ANSWER) ?? ok("they are UP42's"));
    await findings.check("login", ["answers"], async () => await this.#logIn());
    await findings.check("scope", ["login"], () => this.#checkScope());
    await findings.check("workspace", ["login"], () => this.#checkWorkspace());
    await findings.check("events", ["answers"], () => this.#checkEvents());
    await findings.check("list", ["workspace"], async () => await this.#list());
    await findings.check("clock", ["answers"], () => this.#checkClock());
    await findings.check("signature", [], () => signatureRoundTrip());
    const isListed = findings.all.some(({ name, result }) => name === "list" && result === "ok");
    return isListed ? this.#workspaceId : undefined;
  }

  async #reach(): Promise<void> {
    this.#events = await this.#try("list UP42's events", async (operation) =>
      this.#session.api.listEvents(operation),
    );
    this.#login = await this.#try("log in", async (operation) => this.#session.api.login(operation));
  }

  async #logIn(): Promise<Outcome> {
    if (this.#login.error !== undefined) {
      return failed(this.#login.error.message);
    }
    // A given token shows only when it is used whether it is good.
    this.#own = await this.#try("ask UP42 for the account's workspace", async (operation) =>
      this.#session.api.ownWorkspaceId(operation),
    );
    const { error } = this.#own;
    const isRefused = error?.code === "token" || error?.code === "credentials";
    return isRefused ? failed(error.message) : ok(`UP42 accepts the ${KINDS[this.config.credentials.kind]}`);
  }

  #checkScope(): Outcome {
    const { error } = this.#own;
    if (error === undefined) {
      return ok("the token may ask whose it is (openid)");
    }
    return this.config.workspaceId === undefined
      ? failed(`${error.message} Or set ${this.#session.settingName("workspaceId")}.`)
      : warning(`${error.message} It does not matter: the workspace is configured.`);
  }

  #checkWorkspace(): Outcome {
    const own = this.#own.value;
    this.#workspaceId = this.config.workspaceId ?? own;
    if (this.#workspaceId === undefined) {
      const setting = this.#session.settingName("workspaceId");
      return failed(
        `No workspace is configured, and UP42 names none. Set ${setting}: UP42's console shows the id.`,
      );
    }
    return own === undefined || own === this.#workspaceId
      ? ok(this.#workspaceId)
      : warning(`${this.#workspaceId} is configured; the account's own is ${own}`);
  }

  #checkEvents(): Outcome {
    const { value, error } = this.#events;
    if (error !== undefined) {
      return failed(error.message);
    }
    return ok((value ?? []).map(({ name }) => name).join(", "));
  }

  async #list(): Promise<Outcome> {
    const id = this.#workspaceId ?? "";
    const { value = [], error } = await this.#try(`list the webhooks of workspace ${id}`, async (operation) =>
      this.#session.api.listWebhooks(id, operation),
    );
    const active = value.filter((webhook) => webhook.active).length;
    return error === undefined
      ? ok(`${counted(value.length, "webhook")}, ${active} active`)
      : failed(error.message);
  }

  #checkClock(): Outcome {
    const offset = this.#session.api.clockOffsetMs;
    const seconds = (Math.abs(offset) / 1000).toFixed(0);
    if (Math.abs(offset) <= LARGEST_CLOCK_OFFSET_MS) {
      return ok("this machine's clock agrees with UP42's");
    }
    const where = offset > 0 ? "behind" : "ahead of";
    return warning(
      `This machine's clock is ${seconds} s ${where} UP42's, so a receiver here may refuse signatures. Set it by NTP.`,
    );
  }

  #describeTls(): Outcome {
    const secure = [this.config.apiUrl, this.config.authUrl].filter((url) => url.startsWith("https:"));
    const hosts = [...new Set(secure.map((url) => new URL(url).host))];
    return ok(
      hosts.length === 0
        ? "not used on this machine"
        : `the certificates of ${hosts.join(" and ")} are trusted`,
    );
  }

  /** The first failure of one of these kinds. */
  #failureOf(codes: ReadonlySet<ErrorCode | undefined>): Outcome | undefined {
    const errors = [this.#events.error, this.#login.error].filter((error) => error !== undefined);
    const error = errors.find(({ code }) => codes.has(code));
    return error && failed(error.message);
  }

  async #try<T>(what: string, work: Parameters<typeof Session.prototype.run<T>>[2]): Promise<Attempt<T>> {
    try {
      return { value: await this.#session.run(what, { reporter }, work) };
    } catch (error) {
      if (error instanceof Up42Error) {
        return { error };
      }
      throw error;
    }
  }
}

const KINDS = {
  password: "username and password",
  projectApiKey: "project's id and key",
  accessToken: "access token",
} as const;
