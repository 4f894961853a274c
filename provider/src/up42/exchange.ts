import { AbandonedError, AnswerError, ApiError, TransportError } from "./errors";
import { readFailure } from "./failure";
import type { Operation } from "./operation";
import type { Redactor } from "./redact";
import { Pause } from "./retry";
import { clockOf, parseRetryAfter } from "./retry-after";
import { type HttpAnswer, type HttpRequest, MAX_SUCCESS_BYTES, type Transport } from "./transport";

/** One attempt may take this share of an operation's time, so that an unanswered one leaves room for others. */
const ATTEMPT_SHARE = 1 / 4;
const LONGEST_ATTEMPT_MS = 30_000;
/** The pause of all requests after a 429 without `Retry-After`. */
const DEFAULT_PAUSE_MS = 1_000;

/** A request whose time depends on the operation that it belongs to. */
export type UnsentRequest = Omit<HttpRequest, "timeoutMs">;

/** How one attempt differs from others. */
export interface AttemptOptions {
  /** Default `attemptTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Whether a `Retry-After` in its answer pauses all other requests too; default true. */
  readonly pausesOthers?: boolean;
}

/** What an exchange needs. */
interface ExchangeOptions {
  readonly timeoutSeconds: number;
  readonly transport: Transport;
  readonly isAbandoned: () => boolean | Promise<boolean>;
  readonly redactor: Redactor;
}

/** One attempt of a request: its time, the pauses that UP42 asks for, UP42's clock, and errors without secrets. */
export class Exchange {
  readonly attemptTimeoutMs: number;
  readonly pause = new Pause();
  readonly #transport: Transport;
  readonly #isAbandoned: () => boolean | Promise<boolean>;
  readonly #redactor: Redactor;
  #clockOffsetMs = 0;

  constructor({ timeoutSeconds, transport, isAbandoned, redactor }: ExchangeOptions) {
    this.attemptTimeoutMs = Math.min(LONGEST_ATTEMPT_MS, timeoutSeconds * 1000 * ATTEMPT_SHARE);
    this.#transport = transport;
    this.#isAbandoned = isAbandoned;
    this.#redactor = redactor;
  }

  /** How far UP42's clock is ahead of this machine's, in milliseconds, as far as its answers show. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  /**
   * Sends a request once, when no pause is under way.
   *
   * @throws AbandonedError when nobody waits for the answer any more.
   */
  async send(
    request: UnsentRequest,
    { timeoutMs = this.attemptTimeoutMs, pausesOthers = true }: AttemptOptions,
    operation: Operation,
  ): Promise<HttpAnswer> {
    await this.pause.over(operation);
    if (await this.#isAbandoned()) {
      throw new AbandonedError();
    }
    const time = Math.min(timeoutMs, operation.deadline.remainingMs);
    const answer = await this.#transmit({ ...request, timeoutMs: time });
    this.#readClock(answer);
    const asked = parseRetryAfter(answer.retryAfter, clockOf(answer.date));
    if (pausesOthers && (answer.status === 429 || (answer.status === 503 && asked !== undefined))) {
      this.pause.extend(asked ?? DEFAULT_PAUSE_MS);
    }
    return answer;
  }

  /** A proxy may repeat in its refusal what it was sent. */
  async #transmit(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#transport(request);
    } catch (error) {
      if (error instanceof TransportError) {
        error.message = this.#redactor.redact(error.message);
      }
      throw error;
    }
  }

  #readClock({ date }: HttpAnswer): void {
    const theirs = Date.parse(date ?? "");
    if (!Number.isNaN(theirs)) {
      this.#clockOffsetMs = theirs - Date.now();
    }
  }

  /**
   * Parses a successful answer. One that makes no sense may belong to another request, and so may the next on its
   * connection: all connections are closed.
   *
   * @throws ApiError of anything but a success.
   */
  parsed<T>(
    request: Pick<HttpRequest, "method" | "url">,
    answer: HttpAnswer,
    parse: (answer: HttpAnswer) => T,
  ): T {
    try {
      return parse(this.#successful(request, answer));
    } catch (error) {
      if (error instanceof AnswerError) {
        const through =
          error.code === "not-up42" && answer.proxy !== undefined ? ` (by way of ${answer.proxy})` : "";
        error.message = this.#redactor.redact(error.message) + through;
        this.#transport.discardConnections();
      }
      throw error;
    }
  }

  #successful(request: Pick<HttpRequest, "method" | "url">, answer: HttpAnswer): HttpAnswer {
    if (answer.status < 200 || answer.status > 299) {
      throw new ApiError(readFailure(request, answer, (text) => this.#redactor.redact(text)));
    }
    if (answer.tooLarge) {
      const size = `${MAX_SUCCESS_BYTES / 2 ** 20} MiB`;
      throw new AnswerError(`UP42's answer is larger than ${size}`, { final: true });
    }
    return answer;
  }
}
