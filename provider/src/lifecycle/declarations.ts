import { createHash } from "node:crypto";
import * as v from "valibot";
import { ALONE, type SharedLog } from "./shared-log";
import { type Identity, identityKey } from "./webhook/compare";

export const declarationSchema = v.object({ webhook: v.string(), resource: v.string() });

type Declaration = v.InferOutput<typeof declarationSchema>;

/** Which resource of the program declares which webhook, in every account. */
export class Declarations {
  readonly #log: SharedLog<Declaration>;
  readonly #resources = new Map<string, string>();
  readonly #twice = new Set<string>();

  /** @param log What resources declare whose checks the engine's other processes run. */
  constructor(log: SharedLog<Declaration> = ALONE) {
    this.#log = log;
  }

  /**
   * Notes that a resource of the program declares a webhook.
   * @returns the other resource that declares one with the same name and URL, if there is one.
   */
  declare(workspaceId: string, resource: string, identity: Identity): string | undefined {
    this.#hear();
    const declaration = { webhook: keyOf(workspaceId, identity), resource };
    this.#log.append(declaration);
    return this.#add(declaration);
  }

  /** Whether two resources of the program have declared a webhook with this name and URL. */
  hasTwo(workspaceId: string, identity: Identity): boolean {
    this.#hear();
    return this.#twice.has(keyOf(workspaceId, identity));
  }

  #hear(): void {
    for (const { entry } of this.#log.news()) {
      this.#add(entry);
    }
  }

  #add({ webhook, resource }: Declaration): string | undefined {
    const other = this.#resources.get(webhook) ?? resource;
    this.#resources.set(webhook, other);
    if (other === resource) {
      return undefined;
    }
    this.#twice.add(webhook);
    return other;
  }
}

/** A hash, since the log may be a file, and a URL may hold a secret. */
function keyOf(workspaceId: string, identity: Identity): string {
  return createHash("sha256")
    .update(`${workspaceId}\n${identityKey(identity)}`)
    .digest("base64");
}
