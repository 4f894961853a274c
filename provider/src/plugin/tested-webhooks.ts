import { SIGNATURE_KEY } from "../engine/secret";
import { compact, type Properties, UNKNOWN } from "../lifecycle/properties";
import { TESTED_FIELDS } from "../lifecycle/webhook-test/fields";
import { typeOf } from "./urn";
import type { Values } from "./values";

/** How Pulumi writes a resource as the value of a property (its SDK's `specialResourceSig`). */
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

/**
 * The webhooks that this process has met, as they are after the command. A program hands a `WebhookTest` the webhook
 * itself, of which the engine sends no more than the URN and the id. The engine has called for the webhook before.
 */
export class TestedWebhooks {
  readonly #known = new Map<string, Values>();
  readonly #type: string;

  /** @param type The type of webhooks. */
  constructor(type: string) {
    this.#type = type;
  }

  /** Remembers a resource, if it is a webhook. */
  met(urn: string, id: string, { properties, secrets }: Values): void {
    if (typeOf(urn) === this.#type) {
      this.#known.set(urn, { properties: { ...properties, id }, secrets });
    }
  }

  /**
   * Puts what matters of the webhook in the place of the reference to it. Of a webhook that this process has not met
   * (`--target`, another provider), the test knows as much as it knew before: the id at least.
   */
  resolve(news: Values, olds: Properties): Values {
    const reference = referenceIn(news.properties.webhook);
    if (reference === undefined) {
      return news;
    }
    const { webhook: _, ...properties } = news.properties;
    const { urn, id } = reference;
    if (typeOf(urn) !== this.#type) {
      return { ...news, properties: { ...properties, webhook: urn } };
    }
    const known = this.#known.get(urn);
    if (known !== undefined) {
      const webhook = Object.fromEntries(TESTED_FIELDS.map((name) => [name, known.properties[name]]));
      const isSecret = TESTED_FIELDS.some((name) => known.secrets.has(name));
      const secrets = isSecret ? new Set([...news.secrets, "webhook"]) : news.secrets;
      return { properties: { ...properties, webhook: compact(webhook) }, secrets };
    }
    const before = olds.webhook;
    const isSame = typeof before === "object" && before !== null && "id" in before && before.id === id;
    return { ...news, properties: { ...properties, ...(isSame ? { webhook: before } : { webhookId: id }) } };
  }
}

function referenceIn(value: unknown): { readonly urn: string; readonly id: unknown } | undefined {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const { [SIGNATURE_KEY]: signature, urn, id = UNKNOWN }: Properties = { ...value };
  return signature === RESOURCE && typeof urn === "string"
    ? { urn, id: id === "" ? UNKNOWN : id }
    : undefined;
}
