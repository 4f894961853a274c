import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { Engine } from "../../provider/src/engine/engine";

/** A server in place of Pulumi's engine. */
class FakeEngine {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  connections = 0;

  constructor(listener: (socket: Socket) => void = () => undefined) {
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      listener(socket);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : "";
  }

  async connected(count: number): Promise<void> {
    while (this.connections < count) {
      await setTimeout(5);
    }
  }

  /** As the operating system does with a process that was killed. */
  async end(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }
}

test("an engine that ends is gone", async () => {
  const fake = new FakeEngine();
  const engine = new Engine(await fake.listen());
  engine.watch();
  engine.watch();
  await fake.connected(1);
  expect(engine.isGone).toBe(false);
  await fake.end();
  while (!engine.isGone) {
    await setTimeout(5);
  }
  expect(fake.connections).toBe(1);
});

test("an engine that ends connections which do not speak is still there", async () => {
  const fake = new FakeEngine((socket) => socket.end("goodbye"));
  const engine = new Engine(await fake.listen());
  engine.watch();
  await fake.connected(3);
  expect(engine.isGone).toBe(false);
  await fake.end();
  while (!engine.isGone) {
    await setTimeout(5);
  }
});

test("whether it has ended is known although the process hears of it late", async () => {
  const fake = new FakeEngine();
  const engine = new Engine(await fake.listen());
  engine.watch();
  await fake.connected(1);
  expect(await engine.hasEnded()).toBe(false);
  await fake.end();
  // Nothing has been heard of it yet.
  expect(engine.isGone).toBe(false);
  expect(await engine.hasEnded()).toBe(true);
});

test.each([undefined, "", "nowhere"])(
  "without an address (%j) nothing is known, so the engine is there",
  (address) => {
    const engine = new Engine(address);
    engine.watch();
    expect(engine.isGone).toBe(false);
  },
);

test("an engine that could never be reached is not taken to be gone", async () => {
  const fake = new FakeEngine();
  const address = await fake.listen();
  await fake.end();
  const engine = new Engine(address);
  engine.watch();
  // The refusal comes with the next turns of the event loop; another connection's shows that it is over.
  const other = new FakeEngine();
  const watched = new Engine(await other.listen());
  watched.watch();
  await other.connected(1);
  await other.end();
  while (!watched.isGone) {
    await setTimeout(5);
  }
  expect(engine.isGone).toBe(false);
});
