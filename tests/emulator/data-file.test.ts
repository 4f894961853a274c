import fs, {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator/src";
import { readDataFile, writeDataFile } from "../../emulator/src/data-file";
import type { StoredWebhook } from "../../emulator/src/model";
import { createWebhook, login, send } from "./client";

const URL = "https://my.sample.endpoint.com/";
const NOBODY = 65_534;

let folder: string;
let dataFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "up42-emulator-"));
  dataFile = join(folder, "new", "data.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

async function withEmulator<Result>(
  file: string,
  use: (emulator: Emulator) => Promise<Result>,
): Promise<Result> {
  const emulator = await startEmulator({ dataFile: file });
  try {
    return await use(emulator);
  } finally {
    await emulator.close();
  }
}

const webhook = (name: string): StoredWebhook => ({
  id: "6b6ad0f5-7c1e-4d4e-8a53-6d3f3b8f4d5c",
  workspaceId: "w",
  name,
  url: URL,
  events: ["job.status"],
  secret: "s3cret",
  active: false,
  createdAt: "2022-02-17T08:47:11.377149Z",
  updatedAt: "2022-02-17T08:47:11.377149Z",
});

/** Runs without the rights of the superuser, whom no folder is read-only for. */
function asOrdinaryUser(use: () => void): void {
  const user = process.geteuid?.();
  if (user === 0) {
    process.seteuid?.(NOBODY);
  }
  try {
    use();
  } finally {
    if (user === 0) {
      process.seteuid?.(0);
    }
  }
}

test("keeps the webhooks from one start to the next", async () => {
  const before = await withEmulator(dataFile, async (emulator) => {
    await createWebhook(emulator, { url: URL, name: "Früh ☀", active: true });
    const gone = await createWebhook(emulator, { url: URL });
    await send(emulator, "DELETE", gone, { headers: await login(emulator) });
    return emulator.webhooks();
  });
  expect(before).toHaveLength(1);
  expect(await withEmulator(dataFile, (emulator) => Promise.resolve(emulator.webhooks()))).toEqual(before);
});

test("is for its owner's eyes only, and leaves nothing beside it", async () => {
  await withEmulator(dataFile, (emulator) => createWebhook(emulator, { url: URL }));
  expect(statSync(dataFile).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "new"))).toEqual(["data.json"]);
  expect(readFileSync(dataFile, "utf8")).toContain("s3cret");
});

test.each([
  ["not JSON", "{"],
  ["something else", "[]"],
  ["of another version", '{"version":2,"webhooks":[]}'],
  ["holding something that isn't a webhook", '{"version":1,"webhooks":[{"id":"x"}]}'],
])("%s: the emulator doesn't start, names it, and leaves it as it is", async (_, content) => {
  const file = join(folder, "broken.json");
  writeFileSync(file, content);
  await expect(startEmulator({ dataFile: file })).rejects.toThrow(`Failed to read the data file "${file}"`);
  expect(readFileSync(file, "utf8")).toBe(content);
});

test("that can't be written: the request fails and nothing has changed", async () => {
  await withEmulator(dataFile, async (emulator) => {
    await createWebhook(emulator, { url: URL });
    const before = emulator.webhooks();
    rmSync(join(folder, "new"), { recursive: true });
    writeFileSync(join(folder, "new"), "in the way");
    await expect(createWebhook(emulator, { url: URL })).rejects.toThrow(
      /INTERNAL_SERVER_ERROR.*The emulator failed/,
    );
    expect(emulator.webhooks()).toEqual(before);
  });
});

test("that is empty, as touch makes it, holds no webhooks yet", async () => {
  const file = join(folder, "empty.json");
  writeFileSync(file, "\n");
  await withEmulator(file, (emulator) => createWebhook(emulator, { url: URL }));
  expect(readDataFile(file)).toHaveLength(1);
});

test.each([
  ["a file", true],
  ["nothing yet", false],
])("that is a symbolic link to %s: the link stays, and its target is written", (_, exists) => {
  const target = join(folder, "target.json");
  const link = join(folder, "link.json");
  if (exists) {
    writeDataFile(target, []);
  }
  symlinkSync("target.json", link);
  writeDataFile(link, [webhook("a")]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(lstatSync(target).isSymbolicLink()).toBe(false);
  expect(readDataFile(target)).toEqual([webhook("a")]);
});

test("that links to itself is refused", () => {
  const link = join(folder, "link.json");
  symlinkSync("link.json", link);
  expect(() => writeDataFile(link, [])).toThrow(/Failed to write the data file .*in a circle/);
});

test("nothing is written through a link that stands where the temporary file would", () => {
  const other = join(folder, "other");
  writeFileSync(other, "keep me");
  const file = join(folder, "data.json");
  symlinkSync(other, `${file}.tmp`);
  writeDataFile(file, [webhook("a")]);
  expect(readFileSync(other, "utf8")).toBe("keep me");
  expect(readDataFile(file)).toEqual([webhook("a")]);
});

test("a folder that stands there doesn't matter", () => {
  const file = join(folder, "data.json");
  writeDataFile(file, []);
  mkdirSync(`${file}.tmp`);
  writeDataFile(file, [webhook("a")]);
  expect(readDataFile(file)).toEqual([webhook("a")]);
});

test("in a read-only folder is overwritten, by longer and by shorter content", () => {
  const file = join(folder, "data.json");
  writeDataFile(file, []);
  chmodSync(file, 0o666);
  chmodSync(folder, 0o555);
  try {
    for (const webhooks of [[webhook("a".repeat(1000))], [webhook("b")], []]) {
      asOrdinaryUser(() => writeDataFile(file, webhooks));
      expect(readDataFile(file)).toEqual(webhooks);
      expect(readFileSync(file, "utf8")).toBe(`${JSON.stringify({ version: 1, webhooks }, null, 2)}\n`);
      expect(existsSync(`${file}.tmp`)).toBe(false);
    }
    chmodSync(file, 0o444);
    const before = readFileSync(file, "utf8");
    asOrdinaryUser(() => expect(() => writeDataFile(file, [webhook("a")])).toThrow(/EACCES|EPERM/));
    expect(readFileSync(file, "utf8")).toBe(before);
  } finally {
    chmodSync(folder, 0o755);
  }
});

test("that is mounted by itself, as into a container, is overwritten", () => {
  const file = join(folder, "data.json");
  writeDataFile(file, [webhook("a")]);
  const { ino } = statSync(file);
  // What the kernel says of a mount point. To mount a file takes rights that a test need not have.
  const renameSync = jest.spyOn(fs, "renameSync").mockImplementation(() => {
    throw Object.assign(new Error("EBUSY: resource busy or locked, rename"), { code: "EBUSY" });
  });
  try {
    writeDataFile(file, [webhook("b")]);
  } finally {
    renameSync.mockRestore();
  }
  expect(readDataFile(file)).toEqual([webhook("b")]);
  expect(statSync(file).ino).toBe(ino);
  expect(readdirSync(folder)).toEqual(["data.json"]);
});
