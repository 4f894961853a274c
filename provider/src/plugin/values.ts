import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { asSecret, SECRET, SIGNATURE_KEY } from "../engine/secret";
import { type Properties, UNKNOWN } from "../lifecycle/properties";
import { Struct } from "./struct";

/** How Pulumi writes an output that a program has passed on (its SDK's `specialOutputValueSig`). */
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** How Pulumi writes values that are not known yet: one text for each type. */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A webhook's secret, in its properties and in what functions return. */
const SECRET_FIELD = "secret";

/** Properties as plain values, and the names of those that are secrets or hold some. */
export interface Values {
  readonly properties: Properties;
  readonly secrets: ReadonlySet<string>;
}

/** Reads properties as the engine sends them. What is not known yet is UNKNOWN, whatever its type. */
export function readValues(struct: Struct | undefined): Values {
  const secrets = new Set<string>();
  const properties: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(struct?.toJavaScript() ?? {})) {
    // Languages write an argument that is left out as nothing, or as null.
    if (value !== null) {
      properties[name] = plain(value, () => secrets.add(name));
    }
  }
  return { properties, secrets };
}

function plain(value: unknown, onSecret: () => void): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => plain(one, onSecret));
  }
  if (typeof value !== "object" || value === null) {
    return UNKNOWNS.has(value) ? UNKNOWN : value;
  }
  const { [SIGNATURE_KEY]: signature, ...fields }: Properties = { ...value };
  if (signature === SECRET || (signature === OUTPUT && fields.secret === true)) {
    onSecret();
  }
  if (signature === SECRET || signature === OUTPUT) {
    return "value" in fields ? plain(fields.value, onSecret) : UNKNOWN;
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one, onSecret)]));
}

/**
 * Writes properties for the engine, which marks nothing itself: what came as a secret goes as one, and a webhook's
 * secret always does.
 */
export function writeValues(properties: Properties, secrets: ReadonlySet<string> = new Set()): Struct {
  const written = Object.entries(fieldsOf(properties)).map(([name, value]) => [
    name,
    secrets.has(name) && name !== SECRET_FIELD ? asSecret(value) : value,
  ]);
  return Struct.fromJavaScript(Object.fromEntries(written));
}

function fieldsOf(value: object): Record<string, JavaScriptValue> {
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    fields.map(([name, one]) => [name, name === SECRET_FIELD ? asSecret(jsonOf(one)) : jsonOf(one)]),
  );
}

function jsonOf(value: unknown): JavaScriptValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "object":
      if (value === null || Array.isArray(value)) {
        return value?.map(jsonOf) ?? null;
      }
      return fieldsOf(value);
    default:
      throw new TypeError(`The engine has no value of the type ${typeof value}.`);
  }
}
