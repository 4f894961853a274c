import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_EVENTS, type EmulatorOptions, startEmulator } from "../../emulator/src";
import { timestamp } from "../../emulator/src/time";
import { at, createWebhook, login, send, WEBHOOKS } from "./client";

const URL = "https://my.sample.endpoint.com/";

/** Runs with an emulator of its own. */
async function withEmulator<Result>(
  options: EmulatorOptions,
  use: (emulator: Awaited<ReturnType<typeof startEmulator>>) => Promise<Result>,
): Promise<Result> {
  const emulator = await startEmulator(options);
  try {
    return await use(emulator);
  } finally {
    await emulator.close();
  }
}

describe("options", () => {
  test.each([
    ["clear", { secret: "s3cret" }, { secret: "" }],
    ["masked", { secret: "********" }, { secret: "" }],
    ["empty", { secret: "" }, { secret: "" }],
    ["omitted", {}, {}],
  ] as const)(
    "secrets can be %s in answers, but stay what they are",
    async (secretVisibility, shown, none) => {
      await withEmulator({ secretVisibility }, async (emulator) => {
        const headers = await login(emulator);
        const paths = [
          await createWebhook(emulator, { url: URL }),
          await createWebhook(emulator, { url: URL, secret: "" }),
        ];
        const [withSecret, without] = await Promise.all(
          paths.map(async (path) => at((await send(emulator, "GET", path, { headers })).body, "data")),
        );
        const { body } = await send(emulator, "GET", WEBHOOKS, { headers });
        expect(at(body, "data")).toEqual([withSecret, without]);
        const secretOf = (webhook: unknown) =>
          at(webhook, "secret") === undefined ? {} : { secret: at(webhook, "secret") };
        expect(secretOf(withSecret)).toEqual(shown);
        expect(secretOf(without)).toEqual(none);
        expect(emulator.webhooks().map(({ secret }) => secret)).toEqual(["s3cret", ""]);
      });
    },
  );

  test("DELETE can answer 200 with an envelope", async () => {
    await withEmulator({ deleteStatus: 200 }, async (emulator) => {
      const path = await createWebhook(emulator, { url: URL });
      const reply = await send(emulator, "DELETE", path, { headers: await login(emulator) });
      expect(reply).toMatchObject({ status: 200, body: { data: null, error: null } });
    });
  });

  test("other events can exist", async () => {
    const events = [...DEFAULT_EVENTS, { ...DEFAULT_EVENTS[1], name: "tasking.status" }];
    const complete = events.map((event) => ({
      ...event,
      documentation: "",
      category: "x",
      title: "",
      description: "",
    }));
    await withEmulator({ events: complete }, async (emulator) => {
      expect((await send(emulator, "GET", "/webhooks/events")).body).toEqual({ data: complete, error: null });
      await createWebhook(emulator, { url: URL, events: ["tasking.status"] });
      expect(emulator.webhooks()).toMatchObject([{ events: ["tasking.status"] }]);
    });
  });

  test("an answer can be made late", async () => {
    await withEmulator({ latencyMs: 30 }, async (emulator) => {
      const from = performance.now();
      await send(emulator, "GET", "/webhooks/events");
      // A timer may fire a millisecond early; what takes longer is somebody else's affair.
      expect(performance.now() - from).toBeGreaterThanOrEqual(28);
    });
  });

  test.each<[EmulatorOptions, RegExp]>([
    [{ latencyMs: -1 }, /latencyMs/],
    [{ tokenLifetimeSeconds: Number.NaN }, /tokenLifetimeSeconds/],
    [{ testTimeoutSeconds: 0 }, /testTimeoutSeconds/],
    [{ retries: 1.5 }, /retries/],
    [{ retryDelayMs: -1 }, /retryDelayMs/],
    [{ events: [] }, /events/],
    [{ accounts: [] }, /accounts/],
  ])("%j is refused", async (options, message) => {
    await expect(startEmulator(options)).rejects.toThrow(message);
  });

  test("a port that is taken is refused by name", async () => {
    await withEmulator({}, async ({ url }) => {
      const port = Number(url.split(":").at(-1));
      await expect(startEmulator({ port })).rejects.toThrow(
        `can't listen on 127.0.0.1:${port}: the port is in use`,
      );
    });
  });
});

describe("the data file", () => {
  let folder: string;
  let dataFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "up42-emulator-"));
    dataFile = join(folder, "new", "data.json");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("keeps the webhooks from one start to the next", async () => {
    const before = await withEmulator({ dataFile }, async (emulator) => {
      await createWebhook(emulator, { url: URL, name: "Früh ☀", active: true });
      const gone = await createWebhook(emulator, { url: URL });
      await send(emulator, "DELETE", gone, { headers: await login(emulator) });
      return emulator.webhooks();
    });
    expect(before).toHaveLength(1);
    expect(
      await withEmulator({ dataFile }, async (emulator) => await Promise.resolve(emulator.webhooks())),
    ).toEqual(before);
  });

  test("is for its owner's eyes only, and leaves nothing beside it", async () => {
    await withEmulator({ dataFile }, (emulator) => createWebhook(emulator, { url: URL }));
    expect(statSync(dataFile).mode & 0o777).toBe(0o600);
    expect(existsSync(`${dataFile}.tmp`)).toBe(false);
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
    await withEmulator({ dataFile }, async (emulator) => {
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
});

test("timestamps have microseconds and don't go back", () => {
  const stamps = Array.from({ length: 1000 }, timestamp);
  for (const stamp of stamps) expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect([...stamps].sort()).toEqual(stamps);
});
