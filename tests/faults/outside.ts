import { canary } from "../support/secrets";
import { type Colleague, type WebhookBody, webhookBody } from "../support/up42-account";
import type { Properties } from "./host";
import { BYSTANDER } from "./program";
import type { Random } from "./random";
import type { Program, Stack, Surroundings } from "./stack";
import type { Outside, Step } from "./steps";

/** What colleagues and other stacks do in the workspace, and which of its webhooks are theirs. */
export class Others {
  /** Webhooks that nobody but their owners may touch, by id, as they are to stay. */
  readonly webhooks = new Map<string, WebhookBody>();
  readonly #random: Random;
  #secondStack: Promise<void> = Promise.resolve();

  constructor(
    random: Random,
    private readonly surroundings: Surroundings,
    private readonly stack: Stack,
  ) {
    this.#random = random;
  }

  async begin(): Promise<void> {
    await this.#createTheirs(await this.surroundings.colleague(), webhookBody(BYSTANDER));
  }

  /** Does what happens outside of the stack before a step, or just when the step creates something. */
  async act({ outside, command, settled = command.program }: Step): Promise<void> {
    const { program } = command;
    const [first = {}] = program.values();
    const last = [...program.values()].at(-1) ?? {};
    const act: Readonly<Record<Outside, () => Promise<void>>> = {
      "left over": async () => await this.#leaveOver(last),
      drift: async () => await this.#drift(),
      takeover: async () => await this.#takeOver(settled),
      "second stack": async () => await this.#startSecondStack(first),
    };
    if (outside !== undefined) {
      await act[outside]();
    }
  }

  /** Resolves when the second stack has created what it was to create. */
  async settled(): Promise<void> {
    await this.#secondStack;
  }

  async #leaveOver(wanted: Properties): Promise<void> {
    if (wanted.ifExists === "create") {
      return;
    }
    const { secret, ...body } = webhookBody(wanted);
    const byHand = {
      ...body,
      active: !body.active,
      ...(secret === undefined ? {} : { secret: canary("hand") }),
    };
    await (await this.surroundings.colleague()).create(byHand);
  }

  async #drift(): Promise<void> {
    const colleague = await this.surroundings.colleague();
    const ours = new Set((await this.stack.entries()).map(({ id }) => id));
    for (const { id, active } of this.surroundings.webhooks()) {
      if (!ours.has(id)) {
        continue;
      }
      const luck = this.#random.next();
      if (luck < 0.15) {
        await colleague.delete(id);
      } else if (luck < 0.3) {
        await colleague.change(id, { active: !active, secret: undefined });
      }
    }
  }

  /** It writes what the program is about to give up. */
  async #takeOver(after: Program): Promise<void> {
    const given = (await this.stack.entries()).find(({ name }) => !after.has(name));
    const taken = this.surroundings.webhooks().find(({ id }) => id === given?.id);
    if (taken === undefined) {
      throw new Error("The program gives up no webhook.");
    }
    await (await this.surroundings.colleague()).change(taken.id, { active: !taken.active });
    this.webhooks.set(taken.id, { ...webhookBody(taken), active: !taken.active });
  }

  /** It creates the same name and URL when our POST is on its way, with a secret of its own or none. */
  async #startSecondStack(wanted: Properties): Promise<void> {
    const secret = this.#random.chance(0.5) ? { secret: canary("second stack") } : {};
    const { secret: _, ...body } = webhookBody(wanted);
    const colleague = await this.surroundings.colleague();
    const stop = this.surroundings.proxy.observe(({ method, path, body: sent }, stage) => {
      const isCreate = method === "POST" && path.endsWith("/webhooks") && stage === "arrived";
      if (!isCreate || !sent.includes(body.url)) {
        return;
      }
      stop();
      this.#secondStack = this.#createTheirs(colleague, { ...body, ...secret });
    });
  }

  async #createTheirs(colleague: Colleague, body: WebhookBody): Promise<void> {
    this.webhooks.set(await colleague.create(body), body);
  }
}
