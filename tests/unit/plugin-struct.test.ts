import fc from "fast-check";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

type Fields = Record<string, JavaScriptValue>;

const text = fc.string({ unit: "grapheme" });
const { fields } = fc.letrec<{ value: JavaScriptValue; fields: Fields }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    text,
    fc.array(tie("value")),
    tie("fields"),
  ),
  // The library sorts by key, and JavaScript has keys that are numbers first.
  fields: fc.dictionary(
    text.map((key) => `.${key}`),
    tie("value"),
    { noNullPrototype: true },
  ),
}));
const SAMPLES = fc.sample(fields, 500);
/** As the library writes them, before ours takes its place. */
const WRITTEN = SAMPLES.map((sample) => Struct.fromJavaScript(sample).serializeBinary());

beforeAll(() => {
  jest.requireActual("../../provider/src/plugin/struct");
});

test("what the library writes is read", () => {
  expect(WRITTEN.map((bytes) => Struct.deserializeBinary(bytes).toJavaScript())).toEqual(SAMPLES);
});

test("what is written is what the library writes", () => {
  expect(SAMPLES.map((sample) => Struct.fromJavaScript(sorted(sample)).serializeBinary())).toEqual(WRITTEN);
});

test("what newer versions may add is left out, and what is not sent is empty", () => {
  const unknown = [0x78, 0x01];
  const value = [0x20, 0x01, ...unknown];
  const list = [0x0a, value.length, ...value, 0x0a, 0x00, ...unknown];
  const entries = [
    [0x12, value.length, ...value, ...unknown],
    [0x0a, 0x01, 0x61],
    [0x0a, 0x01, 0x62, 0x12, list.length + 2, 0x32, list.length, ...list],
  ];
  const bytes = Uint8Array.from([...entries.flatMap((entry) => [0x0a, entry.length, ...entry]), ...unknown]);
  expect(Struct.deserializeBinary(bytes).toJavaScript()).toEqual({ "": true, a: null, b: [true, null] });
});

test("a key of JavaScript's own is a key as any other", () => {
  const bytes = Struct.fromJavaScript(JSON.parse('{ "__proto__": { "a": 1 } }')).serializeBinary();
  expect(Object.entries(Struct.deserializeBinary(bytes).toJavaScript())).toEqual([["__proto__", { a: 1 }]]);
});

test("a struct without anything is empty", () => {
  expect(new Struct().toJavaScript()).toEqual({});
  expect(new Struct().serializeBinary()).toHaveLength(0);
});

/** With the keys of each object in the library's order. */
function sorted(object: Fields): Fields {
  const entries = Object.entries(object).map(([key, value]): [string, JavaScriptValue] => [
    key,
    ordered(value),
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ordered(value: JavaScriptValue): JavaScriptValue {
  if (Array.isArray(value)) {
    return value.map(ordered);
  }
  return typeof value === "object" && value !== null ? sorted({ ...value }) : value;
}
