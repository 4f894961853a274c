import { connect } from "node:net";
import { setImmediate } from "node:timers/promises";

const CONNECT_AGAIN_MS = 100;
const ADDRESS = /^([^/]+):(\d+)$/;

/** The engine's address in the arguments of a plugin: the last one, after what it says of logs and traces. */
export function engineAddress(args: readonly string[]): string | undefined {
  return args.slice(-1).find((arg) => ADDRESS.test(arg));
}

/**
 * Watches the engine that started this process. A killed engine (`kill -9`, a closed terminal) leaves its host behind,
 * which would go on with requests that wait for a retry, while the user runs the next command.
 *
 * A connection to the engine is held open, which costs nothing per request: when the engine ends, for whatever reason,
 * the operating system closes it.
 */
export class Engine {
  #isGone = false;
  #isWatched = false;
  #hasBeenThere = false;
  /** Resolves when it is known whether the engine is still there, after a connection to it has closed. */
  #reopening: Promise<void> = Promise.resolve();
  #reopened: (() => void) | undefined;
  readonly #address: string | undefined;
  readonly #onGone: () => void;
  readonly #parent = process.ppid;

  /**
   * @param address Where the engine listens, as it names itself to its plugins, such as `127.0.0.1:34567`.
   * @param onGone Called when its connection shows that it has ended.
   */
  constructor(address: string | undefined, onGone: () => void = () => undefined) {
    this.#address = address;
    this.#onGone = onGone;
  }

  /** Starts to watch, when the engine calls first: it is there at that moment. */
  watch(): void {
    if (!this.#isWatched) {
      this.#isWatched = true;
      this.#connect();
    }
  }

  get isGone(): boolean {
    return this.#isGone || process.ppid !== this.#parent;
  }

  /**
   * Whether the engine has ended. First the process hears what the operating system has to report, since a timer that
   * is late runs before that. While a connection is opened again, it waits for what comes of it.
   */
  async hasEnded(): Promise<boolean> {
    await setImmediate();
    await this.#reopening;
    return this.isGone;
  }

  #connect(): void {
    const [, host, port] = ADDRESS.exec(this.#address ?? "") ?? [];
    if (host === undefined || port === undefined) {
      return;
    }
    let wasConnected = false;
    const socket = connect({ host: host.replace(/^\[|\]$/g, ""), port: Number(port) });
    socket.unref();
    socket.on("connect", () => {
      wasConnected = true;
      this.#endReopening();
    });
    // What the engine says is for its own protocol; only that it is there matters.
    socket.resume();
    socket.on("end", () => this.#beginReopening());
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (wasConnected) {
        this.#beginReopening();
      } else if (error.code === "ECONNREFUSED" && this.#hasBeenThere && !this.#isGone) {
        this.#isGone = true;
        this.#endReopening();
        this.#onGone();
      }
    });
    socket.on("close", () => {
      this.#hasBeenThere ||= wasConnected;
      if (wasConnected) {
        // A living engine ends connections that do not speak: then the next one succeeds.
        this.#connect();
      } else if (this.#hasBeenThere && !this.#isGone) {
        // An engine that is just ending may reset a connection before it is made, which proves nothing yet.
        setTimeout(() => this.#connect(), CONNECT_AGAIN_MS).unref();
      }
    });
  }

  #beginReopening(): void {
    if (this.#reopened === undefined) {
      this.#reopening = new Promise((resolve) => {
        this.#reopened = resolve;
      });
    }
  }

  #endReopening(): void {
    this.#reopened?.();
    this.#reopened = undefined;
  }
}
