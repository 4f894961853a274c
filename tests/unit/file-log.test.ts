import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { FileLog, removeOldLogs } from "../../provider/src/engine/file-log";
import { Claims, changeSchema } from "../../provider/src/lifecycle/claims";
import { Declarations, declarationSchema } from "../../provider/src/lifecycle/declarations";

const EARLIER = { id: "w1", updatedAt: "2026-01-01T00:00:00Z" };
const LATER = { id: "w1", updatedAt: "2026-01-02T00:00:00Z" };

let folder: string;
let errors: unknown[];
const open = <T>(schema: v.GenericSchema<unknown, T>): FileLog<T> =>
  new FileLog(join(folder, "log"), schema, (error) => errors.push(error));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "file-log-"));
  errors = [];
});
afterEach(async () => await rm(folder, { recursive: true }));

describe("a log that several processes share", () => {
  test("hands each entry of the others over once, and none of one's own", () => {
    const [first, second] = [open(v.string()), open(v.string())];
    first.append("a");
    second.append("b");
    first.append("ü");
    expect(second.news().map(({ entry }) => entry)).toEqual(["a", "ü"]);
    expect(first.news().map(({ entry }) => entry)).toEqual(["b"]);
    expect([...first.news(), ...second.news()]).toEqual([]);
    expect(open(v.string()).news()).toHaveLength(3);
    expect(errors).toEqual([]);
  });

  test("leaves out what processes have written that are gone: another engine had the same address", async () => {
    const gone: ChildProcess = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(gone, "exit");
    await appendFile(join(folder, "log"), `${JSON.stringify({ by: "x", pid: gone.pid, entry: "a" })}\n`);
    expect(open(v.string()).news()).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("is given up, with one report, when it cannot be read", async () => {
    const log = open(v.string());
    await appendFile(join(folder, "log"), "{}\n");
    expect(log.news()).toEqual([]);
    log.append("a");
    expect(log.news()).toEqual([]);
    expect(errors).toHaveLength(1);
  });
});

describe("the log of an engine that ended an hour ago", () => {
  const writeOld = async (name: string): Promise<void> => {
    await writeFile(join(folder, name), `${JSON.stringify({ by: "x", pid: process.pid, entry: "a" })}\n`);
    const old = new Date(Date.now() - 3_700_000);
    await utimes(join(folder, name), old, old);
  };

  test("is removed, and others stay", async () => {
    await writeOld("old");
    open(v.string());
    removeOldLogs(folder);
    expect(await readdir(folder)).toEqual(["log"]);
  });

  test("is removed at some start, where there are many, in use or not", async () => {
    for (let index = 0; index < 150; index += 1) {
      await writeFile(join(folder, `in-use-${index}`), "");
      await writeOld(`old-${index}`);
    }
    removeOldLogs(folder);
    expect((await readdir(folder)).length).toBeGreaterThanOrEqual(200);
    for (let starts = 1; starts < 1_000 && (await readdir(folder)).length > 150; starts += 1) {
      removeOldLogs(folder);
    }
    const left = await readdir(folder);
    expect(left).toHaveLength(150);
    expect(left.filter((name) => name.startsWith("old"))).toEqual([]);
  });

  test("is not that of an engine with the same address, which shares its own from its start", async () => {
    await writeOld("log");
    const first = open(v.string());
    expect(first.news()).toEqual([]);
    removeOldLogs(folder);
    const second = open(v.string());
    first.append("b");
    expect(second.news().map(({ entry }) => entry)).toEqual(["b"]);
    expect(errors).toEqual([]);
  });

  test("is not one that was opened just before it grew old: opening it counts as writing", async () => {
    const log = join(folder, "log");
    await writeFile(log, "");
    const almostOld = new Date(Date.now() - 3_000_000);
    await utimes(log, almostOld, almostOld);
    open(v.string());
    expect((await stat(log)).mtimeMs).toBeGreaterThan(almostOld.getTime() + 2_000_000);
  });
});

describe("the providers of one engine", () => {
  test("write each of their claims once, and once more when it was lost", () => {
    const [first, second, reader] = [
      new Claims(open(changeSchema)),
      new Claims(open(changeSchema)),
      open(changeSchema),
    ];
    const written = (): readonly string[] => reader.news().map(({ entry }) => entry.kind);
    first.add(EARLIER);
    first.add(EARLIER);
    second.add(EARLIER);
    expect(written()).toEqual(["add", "add"]);
    second.lose(EARLIER);
    first.add(EARLIER);
    expect(written()).toEqual(["lose", "add"]);
    expect(second.hasOther(LATER)).toBe(true);
  });

  test("see each other's claims, in the order in which they came", () => {
    const [first, second] = [new Claims(open(changeSchema)), new Claims(open(changeSchema))];
    first.add(EARLIER);
    second.adopt(LATER);
    expect(first.isAdopted(EARLIER)).toBe(true);
    expect(first.hasOther(EARLIER)).toBe(true);
    expect(first.isKnownLater(EARLIER)).toBe(true);
    first.moved(LATER, "2026-01-03T00:00:00Z");
    expect(second.isAdopted(LATER)).toBe(true);
    first.leave(EARLIER);
    expect(second.isLeftAs(EARLIER)).toBe(true);
    second.remove("w1");
    expect(first.has("w1")).toBe(false);
  });

  test("see each other's declarations", () => {
    const [first, second] = [
      new Declarations(open(declarationSchema)),
      new Declarations(open(declarationSchema)),
    ];
    const identity = { name: "orders", url: "https://example.com/orders" };
    expect(first.declare("ws", "a#1", identity)).toBeUndefined();
    expect(first.declare("ws", "a#1", identity)).toBeUndefined();
    expect(second.declare("other", "b#1", identity)).toBeUndefined();
    expect(second.declare("ws", "b#1", identity)).toBe("a#1");
    expect([first.hasTwo("ws", identity), second.hasTwo("ws", identity)]).toEqual([true, true]);
    expect(second.hasTwo("other", identity)).toBe(false);
  });
});
