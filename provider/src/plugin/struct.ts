import type { BinaryReader, BinaryWriter } from "google-protobuf";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

export { Struct };

/** A place for a value that is being read. */
interface Place {
  value: JavaScriptValue;
}

/** An entry of a struct that is being read; its key is empty where none was sent, as in all of Protocol Buffers. */
interface Entry extends Place {
  key: string;
}

/** What a struct holds. The library's map of its fields, which nothing in the plugin uses, stays empty. */
const FIELDS = new WeakMap<Struct, Readonly<Record<string, JavaScriptValue>>>();

// Properties are most of what the engine and this process send each other. The library makes a message, a map and a list
// of each value, and then reads the values from these; here, they are read and written as they are.
Struct.deserializeBinaryFromReader = (struct, reader) => {
  FIELDS.set(struct, readFields(reader));
  return struct;
};
Struct.serializeBinaryToWriter = (struct, writer) => writeFields(FIELDS.get(struct) ?? {}, writer);
Struct.fromJavaScript = (fields) => {
  const struct = new Struct();
  FIELDS.set(struct, fields);
  return struct;
};
Struct.prototype.toJavaScript = function (): Record<string, JavaScriptValue> {
  return FIELDS.get(this) ?? {};
};

function readFields(reader: BinaryReader): Record<string, JavaScriptValue> {
  const entries: [string, JavaScriptValue][] = [];
  while (reader.nextField()) {
    if (reader.getFieldNumber() === 1) {
      const entry: Entry = { key: "", value: null };
      reader.readMessage(entry, readEntry);
      entries.push([entry.key, entry.value]);
    } else {
      reader.skipField();
    }
  }
  return Object.fromEntries(entries);
}

function readEntry(entry: Entry, reader: BinaryReader): void {
  while (reader.nextField()) {
    switch (reader.getFieldNumber()) {
      case 1:
        entry.key = reader.readString();
        break;
      case 2:
        reader.readMessage(entry, readValue);
        break;
      default:
        reader.skipField();
    }
  }
}

/** The numbers are those of the kinds in `google.protobuf.Value`. */
function readValue(place: Place, reader: BinaryReader): void {
  while (reader.nextField()) {
    switch (reader.getFieldNumber()) {
      case 1:
        reader.readEnum();
        place.value = null;
        break;
      case 2:
        place.value = reader.readDouble();
        break;
      case 3:
        place.value = reader.readString();
        break;
      case 4:
        place.value = reader.readBool();
        break;
      case 5:
        reader.readMessage(place, (outer: Place) => {
          outer.value = readFields(reader);
        });
        break;
      case 6:
        reader.readMessage(place, (outer: Place) => {
          outer.value = readList(reader);
        });
        break;
      default:
        reader.skipField();
    }
  }
}

function readList(reader: BinaryReader): JavaScriptValue[] {
  const list: JavaScriptValue[] = [];
  while (reader.nextField()) {
    if (reader.getFieldNumber() === 1) {
      const place: Place = { value: null };
      reader.readMessage(place, readValue);
      list.push(place.value);
    } else {
      reader.skipField();
    }
  }
  return list;
}

function writeFields(fields: Readonly<Record<string, JavaScriptValue>>, writer: BinaryWriter): void {
  for (const entry of Object.entries(fields)) {
    writer.writeMessage(1, entry, writeEntry);
  }
}

function writeEntry([key, value]: [string, JavaScriptValue], writer: BinaryWriter): void {
  writer.writeString(1, key);
  writer.writeMessage(2, { value }, writeValue);
}

function writeValue({ value }: Place, writer: BinaryWriter): void {
  if (typeof value === "string") {
    writer.writeString(3, value);
  } else if (typeof value === "number") {
    writer.writeDouble(2, value);
  } else if (typeof value === "boolean") {
    writer.writeBool(4, value);
  } else if (value === null) {
    writer.writeEnum(1, 0);
  } else if (Array.isArray(value)) {
    writer.writeMessage(6, value, writeList);
  } else {
    writer.writeMessage(5, value, writeFields);
  }
}

function writeList(list: readonly JavaScriptValue[], writer: BinaryWriter): void {
  for (const value of list) {
    writer.writeMessage(1, { value }, writeValue);
  }
}
