import { connect } from "node:net";

const CONNECT_AGAIN_MS = 100;
const ADDRESS = /^(.*):(\d+)$/;

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
    });
    // What the engine says is for its own protocol; only that it is there matters.
    socket.resume();
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" && this.#hasBeenThere && !this.#isGone) {
        this.#isGone = true;
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
}
