import { randomUUID } from "node:crypto";
import { messageOf, Up42Error } from "../../../up42/errors";
import type { RemoteWebhook } from "../../../up42/webhook";
import { parseList } from "../../../up42/wire";
import { dataOf, field, isSuccess } from "./read-reply";
import type { Reply, Wire } from "./wire";

const PREFIX = "pulumi-up42 doctor";
const NAME = new RegExp(`^${PREFIX} [0-9a-f-]{36}`);
/** A run takes seconds: what is older was left behind by one that was killed. */
const OLD_MS = 10 * 60_000;
const TRIES = 3;

/** The webhooks of one run: their name says whose they are, so that they are found whatever became of an answer. */
export class Temporary {
  readonly name = `${PREFIX} ${randomUUID()}`;
  readonly #ids = new Set<string>();

  constructor(
    private readonly wire: Wire,
    /** Of the workspace. */
    readonly path: string,
  ) {}

  /** Sends a create; whatever it answers, what it created is removed in the end. */
  async create(body: Readonly<Record<string, unknown>>): Promise<Reply> {
    const reply = await this.wire.send(this.path, { method: "POST", json: { name: this.name, ...body } });
    const id = field(dataOf(reply), "id");
    if (typeof id === "string") {
      this.#ids.add(id);
    }
    return reply;
  }

  /** Forgets a webhook that is deleted for certain. */
  forget(id: string): void {
    this.#ids.delete(id);
  }

  /**
   * Removes everything of this run, also after an interruption.
   * @throws Up42Error naming what is still there.
   */
  async removeAll(): Promise<void> {
    const wire = this.wire.uninterrupted();
    let failure = "";
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      try {
        await remove(wire, this.path, this.#ids);
        this.#ids.clear();
        const left = (await listed(wire, this.path)).filter(({ name }) => name.startsWith(this.name));
        if (left.length === 0) {
          return;
        }
        for (const { id } of left) {
          this.#ids.add(id);
        }
        failure = `${left.length} of them are still there`;
      } catch (error) {
        failure = messageOf(error);
      }
    }
    throw new Up42Error(
      `Failed to remove the temporary webhooks named "${this.name}": ${failure}. Delete them in UP42's console.`,
      { isComplete: true },
    );
  }

  /** Removes what a run has left behind that was killed. @returns how many webhooks. */
  async removeOld(): Promise<number> {
    const old = (await listed(this.wire, this.path)).filter(
      ({ name, active, createdAt }) =>
        NAME.test(name) && !active && Date.now() - Date.parse(createdAt) > OLD_MS,
    );
    await remove(this.wire, this.path, new Set(old.map(({ id }) => id)));
    return old.length;
  }
}

async function listed(wire: Wire, path: string): Promise<readonly RemoteWebhook[]> {
  const reply = await wire.send(path);
  if (!isSuccess(reply)) {
    throw new Up42Error(`the workspace cannot be listed (HTTP ${reply.status})`);
  }
  return parseList(reply.body, undefined);
}

/** One that is gone already counts as removed. */
async function remove(wire: Wire, path: string, ids: ReadonlySet<string>): Promise<void> {
  for (const id of ids) {
    const reply = await wire.send(`${path}/${encodeURIComponent(id)}`, { method: "DELETE" });
    if (!isSuccess(reply) && reply.status !== 404) {
      throw new Up42Error(`webhook ${id} cannot be deleted (HTTP ${reply.status})`);
    }
  }
}
