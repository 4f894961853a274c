import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020";
import { load } from "js-yaml";

/** A request to UP42, by its `operationId` in openapi.yaml. */
export type OperationId =
  | "getToken"
  | "getUserInfo"
  | "getOlderToken"
  | "getUser"
  | "getProject"
  | "getWebhookEvents"
  | "listWebhooks"
  | "createWebhook"
  | "getWebhook"
  | "updateWebhook"
  | "deleteWebhook"
  | "testWebhook";

/** All that can be asked of UP42. */
export const OPERATIONS: readonly OperationId[] = [
  "getToken",
  "getUserInfo",
  "getOlderToken",
  "getUser",
  "getProject",
  "getWebhookEvents",
  "listWebhooks",
  "createWebhook",
  "getWebhook",
  "updateWebhook",
  "deleteWebhook",
  "testWebhook",
];

/** Where an operation is, and the schema of its JSON body, for a route of Fastify's. */
export interface Route {
  readonly method: string;
  readonly url: string;
  readonly schema: { readonly body?: BodySchema };
  readonly config: { readonly operation: OperationId };
}

interface BodySchema {
  readonly $ref: string;
  readonly unevaluatedProperties?: boolean;
}

/** The document's name for references into it. */
const ID = "openapi.yaml";
const METHODS = ["get", "post", "put", "delete"];

/** UP42's API as openapi.yaml describes it. Requests are routed and validated by that file. */
export class Description {
  /** The file as it is. */
  readonly text = readFileSync(join(__dirname, "..", ID), "utf8");
  /** Every path with the methods that it takes. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  readonly #routes = new Map<string, Route>();
  // A value is right or wrong as it was sent: nothing is converted or dropped on the way. That the file itself is
  // valid is tested once, not checked at every start.
  readonly #ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    validateFormats: false,
    validateSchema: false,
    meta: false,
  });

  constructor() {
    const document = fields(load(this.text));
    this.#ajv.addSchema(document, ID);
    const paths = Object.entries(fields(document.paths)).map(([path, item]): [string, string[]] => {
      const url = path.replace(/\{(\w+)\}/g, ":$1");
      const methods = METHODS.filter((method) => method in fields(item));
      for (const method of methods) {
        this.#addRoute(document, method, url, fields(fields(item)[method]));
      }
      return [url, methods.map((method) => method.toUpperCase())];
    });
    this.paths = new Map(paths);
  }

  /**
   * Where an operation is, and what it takes.
   *
   * @param unknownFields What happens to fields of the body that the file doesn't describe.
   * @throws Error when the file doesn't describe the operation.
   */
  route(operation: OperationId, unknownFields: "ignore" | "refuse" = "ignore"): Route {
    const route = this.#routes.get(operation);
    if (route === undefined) {
      throw new Error(`up42-emulator: openapi.yaml has no operation ${operation}`);
    }
    const { body } = route.schema;
    if (body === undefined || unknownFields === "ignore") {
      return route;
    }
    return { ...route, schema: { body: { ...body, unevaluatedProperties: false } } };
  }

  /** The check of a schema, which may refer to the file's own. */
  validator<Type = unknown>(schema: object): ValidateFunction<Type> {
    return this.#ajv.compile<Type>(schema);
  }

  #addRoute(document: object, method: string, url: string, described: Record<string, unknown>): void {
    const operation = OPERATIONS.find((id) => id === described.operationId);
    if (operation === undefined) {
      throw new Error(`up42-emulator: nothing serves ${described.operationId}`);
    }
    const body = bodySchema(document, described.requestBody);
    this.#routes.set(operation, {
      method: method.toUpperCase(),
      url,
      schema: body === undefined ? {} : { body },
      config: { operation },
    });
  }
}

let loaded: Description | undefined;

/** The description, read at its first use. */
export function description(): Description {
  loaded ??= new Description();
  return loaded;
}

/** A reference to the schema of a JSON body, if there is one. */
function bodySchema(document: object, requestBody: unknown): BodySchema | undefined {
  const { $ref } = fields(requestBody);
  const resolved = typeof $ref === "string" ? valueAt(document, $ref) : requestBody;
  const { schema } = fields(fields(fields(resolved).content)["application/json"]);
  const { $ref: name } = fields(schema);
  return typeof name === "string" ? { $ref: `${ID}${name}` } : undefined;
}

/** What a reference within the document, such as `#/components/schemas/Webhook`, points to. */
function valueAt(document: object, reference: string): unknown {
  return reference
    .split("/")
    .slice(1)
    .reduce<unknown>((value, key) => fields(value)[key], document);
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
