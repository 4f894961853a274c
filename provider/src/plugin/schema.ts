import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { SECRET_SETTINGS, SETTINGS, type SettingName } from "../config/lookup";
import { webhookInputFields } from "../lifecycle/webhook/fields";
import { webhookTestInputFields } from "../lifecycle/webhook-test/fields";
import {
  SETTING_DESCRIPTIONS,
  WEBHOOK_INPUT_DESCRIPTIONS,
  WEBHOOK_OUTPUT_DESCRIPTIONS,
  WEBHOOK_TEST_INPUT_DESCRIPTIONS,
  WEBHOOK_TEST_OUTPUT_DESCRIPTIONS,
} from "./descriptions";
import { KINDS, WEBHOOK, WEBHOOK_TEST } from "./kinds";

/** A type in Pulumi's schema language. */
interface Type {
  readonly type?: string;
  readonly items?: Type;
  readonly $ref?: string;
}

interface Property extends Type {
  readonly description: string;
  readonly secret?: boolean;
}

type Properties = Readonly<Record<string, Property>>;

const STRING: Type = { type: "string" };
const BOOLEAN: Type = { type: "boolean" };
const INTEGER: Type = { type: "integer" };
const NUMBER: Type = { type: "number" };
const ANY: Type = { $ref: "pulumi.json#/Any" };

const listOf = (name: string): Type => ({ type: "array", items: { $ref: `#/types/up42:index:${name}` } });

/** The provider's schema: what languages generate their packages from. */
export function schemaOf(version: string) {
  const settings = settingProperties();
  return {
    name: "up42",
    displayName: "UP42",
    version,
    description: "Manages the webhooks of UP42: creates, tests, changes and imports them as code.",
    keywords: ["pulumi", "up42", "category/infrastructure", "kind/native"],
    license: "Apache-2.0",
    publisher: "pulumi-up42",
    meta: { supportPack: true },
    config: { variables: settings },
    provider: {
      description: "An account at UP42. One program can have several, one for each account.",
      inputProperties: settings,
      properties: {},
    },
    resources: { [WEBHOOK]: webhook(), [WEBHOOK_TEST]: webhookTest() },
    functions: functions(),
    types: types(),
    language: {
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { respectSchemaVersion: true, generateResourceContainerTypes: true },
      csharp: { respectSchemaVersion: true, namespaces: { up42: "Up42" } },
      java: {},
    },
  };
}

function settingProperties(): Properties {
  const types: ReadonlyMap<SettingName, Type> = new Map([
    ["allowHttp", BOOLEAN],
    ["timeoutSeconds", NUMBER],
    ["maxRetries", INTEGER],
  ]);
  return Object.fromEntries(
    SETTINGS.map((name) => [
      name,
      {
        ...(types.get(name) ?? STRING),
        description: SETTING_DESCRIPTIONS[name],
        ...(SECRET_SETTINGS.has(name) ? { secret: true } : {}),
      },
    ]),
  );
}

function webhook() {
  const special = { ifExists: { $ref: "#/types/up42:index:IfExists" } };
  const { ifExists: _, removeSecret: __, ...types } = typesOf(WEBHOOK, webhookInputFields, special).types;
  const outputs = { ...types, createdAt: STRING, updatedAt: STRING };
  return {
    description:
      "A webhook of UP42: it notifies your system when a job or an order changes its status.\n\n" +
      "Every change is made in place, except for another `workspaceId`, which replaces the webhook. Wrong arguments, " +
      "credentials and workspaces are refused at preview, with the name of what is wrong.",
    ...inputsOf(WEBHOOK, webhookInputFields, WEBHOOK_INPUT_DESCRIPTIONS, special),
    properties: described(outputs, WEBHOOK_OUTPUT_DESCRIPTIONS),
    required: Object.keys(outputs).filter((name) => name !== "secret"),
    aliases: [{ type: "pulumi-nodejs:dynamic/up42:Webhook" }],
  };
}

function webhookTest() {
  const outputs = {
    webhookId: STRING,
    workspaceId: STRING,
    startedAt: STRING,
    testsRun: INTEGER,
    testsSucceeded: INTEGER,
    testsFailed: INTEGER,
    tests: listOf("EventTest"),
  };
  return {
    description:
      "A post-deploy check: lets UP42 send a test notification for each event, and fails the deployment, with UP42's " +
      "own words, when one does not arrive. What depends on it waits for it. A test that failed runs again on the next " +
      "`up`.",
    ...inputsOf(WEBHOOK_TEST, webhookTestInputFields, WEBHOOK_TEST_INPUT_DESCRIPTIONS, {
      webhook: { $ref: `#/resources/${WEBHOOK}` },
      triggers: { type: "array", items: ANY },
    }),
    properties: described(outputs, WEBHOOK_TEST_OUTPUT_DESCRIPTIONS),
    required: Object.keys(outputs),
    aliases: [{ type: "pulumi-nodejs:dynamic/up42:WebhookTest" }],
  };
}

/** A resource's arguments; `special` are types that only Pulumi has. */
function inputsOf(
  type: keyof typeof KINDS,
  fields: Readonly<Record<string, v.GenericSchema>>,
  descriptions: Readonly<Record<string, string>>,
  special: Readonly<Record<string, Type>>,
) {
  const { types, required } = typesOf(type, fields, special);
  // Its default is the resource's name.
  const requiredInputs = required.filter((name) => name !== "name");
  return { inputProperties: described(types, descriptions), requiredInputs };
}

/** The types of a resource's arguments, from the table that checks them. */
function typesOf(
  type: keyof typeof KINDS,
  fields: Readonly<Record<string, v.GenericSchema>>,
  special: Readonly<Record<string, Type>>,
) {
  // What the checks ask beyond the type has no place in the schema.
  const { properties = {}, required = [] } = toJsonSchema(v.object(fields), { errorMode: "ignore" });
  const types = [...KINDS[type].inputs].map((name): readonly [string, Type] => [
    name,
    special[name] ?? parsed(properties[name]),
  ]);
  return { types: Object.fromEntries(types), required };
}

const jsonType: v.GenericSchema<unknown, Type> = v.pipe(
  v.looseObject({ type: v.string(), items: v.optional(v.lazy(() => jsonType)) }),
  v.transform(({ type, items }) => (items === undefined ? { type } : { type, items })),
);

function parsed(schema: unknown): Type {
  return v.parse(jsonType, schema);
}

function described(
  types: Readonly<Record<string, Type>>,
  descriptions: Readonly<Record<string, string>>,
): Properties {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      { ...type, description: descriptions[name] ?? "", ...(name === "secret" ? { secret: true } : {}) },
    ]),
  );
}

function types() {
  return {
    "up42:index:IfExists": {
      type: "string",
      description: "What to do when the workspace already has a webhook with the same name and URL.",
      enum: [
        { name: "Error", value: "error", description: "Stop with an error that names it." },
        { name: "Adopt", value: "adopt", description: "Make it this resource's." },
        { name: "Create", value: "create", description: "Create a second one." },
      ],
    },
    "up42:index:WebhookEvent": objectOf("A kind of notification that a webhook can subscribe to.", {
      name: { ...STRING, description: "For instance `order.status`: what `events` of a webhook holds." },
      title: { ...STRING, description: "For people, for instance `Order Status Updates`." },
      category: { ...STRING, description: "For instance `order`." },
      description: { ...STRING, description: "When UP42 sends it, in a sentence." },
      documentation: { ...STRING, description: "The address of its documentation." },
    }),
    "up42:index:EventTest": objectOf("What came of the test notification for one event.", {
      eventName: { ...STRING, description: "For instance `order.status`." },
      success: { ...BOOLEAN, description: "Whether the receiver took it." },
      message: { ...STRING, description: "UP42's own words." },
      response: { ...STRING, description: "What the receiver answered; empty when it did not answer." },
      startedAt: { ...STRING, description: "When it was sent; ISO 8601." },
    }),
    "up42:index:WebhookDetails": objectOf("A webhook as it is at UP42 now.", foundWebhook(), ["secret"]),
  };
}

function functions() {
  const workspaceId = {
    ...STRING,
    description: "Default: the configuration's `workspaceId`, else the workspace of the account.",
  };
  const found = foundWebhook();
  return {
    "up42:index:getWebhook": {
      description:
        "Reads one webhook that exists already, without making it a part of the stack. Give its `id`, or else its " +
        "`name`, its `url` or both. It fails when there is no such webhook, or more than one.",
      inputs: objectOf(
        "",
        {
          id: { ...STRING, description: "The webhook's id at UP42; together with nothing else." },
          name: { ...STRING, description: "The webhook's name at UP42." },
          url: { ...STRING, description: "Where it sends its notifications." },
          workspaceId,
        },
        ["id", "name", "url", "workspaceId"],
      ),
      outputs: objectOf("", found, ["secret"]),
    },
    "up42:index:getWebhooks": {
      description:
        "Lists the webhooks of a workspace, sorted by name, without making them a part of the stack.",
      inputs: objectOf("", { workspaceId }, ["workspaceId"]),
      outputs: objectOf("", {
        webhooks: { ...listOf("WebhookDetails"), description: "The webhooks, sorted by name." },
      }),
    },
    "up42:index:getWebhookEvents": {
      description: "Lists the events that UP42 can notify of, and a webhook can subscribe to.",
      outputs: objectOf("", { events: { ...listOf("WebhookEvent"), description: "The events." } }),
    },
  };
}

function foundWebhook(): Properties {
  return { id: { ...STRING, description: "Its id at UP42, a UUID." }, ...webhook().properties };
}

function objectOf(description: string, properties: Properties, optional: readonly string[] = []) {
  return {
    type: "object",
    ...(description === "" ? {} : { description }),
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
  };
}
