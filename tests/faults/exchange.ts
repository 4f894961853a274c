import type { Socket } from "node:net";
import { type RawAnswer, type RawRequest, serialize } from "./http";

/** One request on its way through the proxy, and what can be done to it. */
export class Exchange {
  #forwarded: Promise<RawAnswer> | undefined;
  #onForwarded: () => void = () => undefined;

  constructor(
    readonly request: RawRequest,
    private readonly socket: Socket,
    private readonly send: (request: RawRequest) => Promise<RawAnswer>,
  ) {}

  /** Hands the request to UP42, once; this is the moment of the commit. */
  forward(): Promise<RawAnswer> {
    this.#forwarded ??= this.send(this.request).finally(() => this.#onForwarded());
    return this.#forwarded;
  }

  /** Calls back when UP42 has answered. */
  onceForwarded(callback: () => void): void {
    this.#onForwarded = callback;
  }

  /** Writes an answer; nothing happens when the client has gone meanwhile. */
  answer(answer: RawAnswer, contentLength?: number): void {
    this.write(serialize(answer, contentLength ?? answer.body.length));
  }

  write(bytes: Buffer): void {
    if (this.socket.writable) {
      this.socket.write(bytes);
    }
  }

  /** Ends the connection in order, as a server does after its last answer. */
  end(): void {
    this.socket.end();
  }

  /** Ends the connection with a reset, where it is not ending already: Node.js 20 would then wait for it when it exits. */
  reset(): void {
    if (this.socket.writableEnded) {
      this.socket.destroy();
    } else if (!this.socket.destroyed) {
      this.socket.resetAndDestroy();
    }
  }

  /** Lets what was written get out before the reset, which would overtake it. */
  async resetAfter(bytes: Buffer): Promise<void> {
    if (!this.socket.writable) {
      return;
    }
    await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()));
    setImmediate(() => this.reset());
  }
}
