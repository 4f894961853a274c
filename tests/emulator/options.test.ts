import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DEFAULT_EVENTS, DEMO_ACCOUNT, type EmulatorOptions, startEmulator } from "../../emulator/src";
import { readDataFile } from "../../emulator/src/data-file";
import { Journal } from "../../emulator/src/journal";
import { RateLimit } from "../../emulator/src/rate-limit";
import { timestamp } from "../../emulator/src/time";
import { at, createWebhook, login, loginForm, send, TOKEN_PATH, WEBHOOKS } from "./client";

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

  test("a URL can be unique in its workspace", async () => {
    await withEmulator({ uniqueUrls: true }, async (emulator) => {
      const headers = await login(emulator);
      const path = await createWebhook(emulator, { url: URL });
      const other = await createWebhook(emulator, { url: `${URL}other` });
      const body = { events: ["job.status"], name: "x", url: URL };
      for (const reply of [
        await send(emulator, "POST", WEBHOOKS, { headers, body }),
        await send(emulator, "PUT", other, { headers, body }),
      ]) {
        expect(reply).toMatchObject({ status: 409, body: { error: { code: "CONFLICT" } } });
        expect(at(reply.body, "error", "message")).toContain(path.split("/").at(-1));
      }
      expect((await send(emulator, "PUT", path, { headers, body })).status).toBe(200);
    });
  });

  test("fields that UP42 doesn't document can be refused", async () => {
    await withEmulator({ unknownFields: "refuse" }, async (emulator) => {
      const headers = await login(emulator);
      const path = await createWebhook(emulator, { url: URL });
      const body = { events: ["job.status"], name: "x", url: URL, isActive: true };
      for (const [method, to, sent] of [
        ["POST", WEBHOOKS, body],
        ["PUT", path, body],
        ["POST", `${path}/tests`, { isActive: true }],
      ] as const) {
        const reply = await send(emulator, method, to, { headers, body: sent });
        expect(reply.status).toBe(400);
        expect(at(reply.body, "error", "message")).toContain("isActive isn't a known field");
      }
    });
  });

  test("refusals can be answered as UP42's newer endpoints do", async () => {
    await withEmulator({ errorFormat: "problem" }, async (emulator) => {
      const reply = await send(emulator, "GET", `${WEBHOOKS}/x`, { headers: await login(emulator) });
      const detail = `The workspace ${DEMO_ACCOUNT.workspaceId} has no webhook x.`;
      expect(reply).toMatchObject({ status: 404, body: { title: "Not Found", status: 404, detail } });
    });
  });

  test("userinfo can do without openid", async () => {
    await withEmulator({ userinfoScope: "none" }, async (emulator) => {
      const form = loginForm();
      form.delete("scope");
      const { body } = await send(emulator, "POST", TOKEN_PATH, { body: form });
      const headers = { authorization: `Bearer ${at(body, "access_token")}` };
      const reply = await send(emulator, "GET", "/realms/public/protocol/openid-connect/userinfo", {
        headers,
      });
      expect(reply.status).toBe(200);
    });
  });

  test("requests can be limited, those to the emulator's own pages excepted", async () => {
    await withEmulator({ rateLimit: 0.2 }, async (emulator) => {
      expect((await send(emulator, "GET", "/webhooks/events")).status).toBe(200);
      const reply = await send(emulator, "GET", "/webhooks/events");
      expect(reply).toMatchObject({ status: 429, body: { error: { code: "TOO_MANY_REQUESTS" } } });
      expect(reply.headers.get("retry-after")).toBe("1");
      expect((await send(emulator, "GET", "/_emulator/events")).status).toBe(200);
    });
  });

  test("what is undefined has its default", async () => {
    const names = [
      "host",
      "port",
      "accounts",
      "events",
      "latencyMs",
      "log",
      "webhooks",
      "faults",
      "signedHeaders",
    ];
    const undefinedOptions = Object.fromEntries(names.map((name) => [name, undefined]));
    await withEmulator(undefinedOptions, async (emulator) => {
      expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      await createWebhook(emulator, { url: URL, secret: undefined, active: undefined });
      expect(
        await emulator.trigger({ event: "job.status", status: undefined, workspaceId: undefined }),
      ).toEqual([]);
    });
  });

  test("webhooks can be there from the start", async () => {
    const id = "6b6ad0f5-7c1e-4d4e-8a53-6d3f3b8f4d5c";
    const webhooks = [
      { id, name: "a", url: URL, events: ["job.status"], secret: "s3cret" },
      { name: "b", url: "http://receiver/", events: ["job.status"], workspaceId: "other", active: true },
    ];
    await withEmulator({ webhooks, allowedReceivers: ["receiver"] }, async (emulator) => {
      expect(emulator.webhooks()).toMatchObject([
        { ...webhooks[0], workspaceId: DEMO_ACCOUNT.workspaceId, active: false },
        { ...webhooks[1], secret: "" },
      ]);
      expect(
        (await send(emulator, "GET", `${WEBHOOKS}/${id}`, { headers: await login(emulator) })).status,
      ).toBe(200);
    });
  });

  test("webhooks of a seed are all there from the start, or none", async () => {
    const dataFile = join(mkdtempSync(join(tmpdir(), "up42-emulator-")), "data.json");
    const right = { name: "a", url: URL, events: ["job.status"] };
    const webhooks = [right, { ...right, events: ["x"] }];
    await expect(startEmulator({ dataFile, webhooks })).rejects.toThrow(/"x" isn't one of/);
    await withEmulator({ dataFile, webhooks: [right] }, async (emulator) => {
      expect(await Promise.resolve(emulator.webhooks())).toHaveLength(1);
    });
    expect(readDataFile(dataFile)).toMatchObject([right]);
    rmSync(dirname(dataFile), { recursive: true });
  });

  test("an answer can be made late", async () => {
    await withEmulator({ latencyMs: 30 }, async (emulator) => {
      const from = performance.now();
      await send(emulator, "GET", "/webhooks/events");
      // A timer may fire a millisecond early; what takes longer is the machine's affair.
      expect(performance.now() - from).toBeGreaterThanOrEqual(28);
    });
  });

  test.each<[EmulatorOptions, RegExp]>([
    [{ latencyMs: -1 }, /latencyMs/],
    [{ tokenLifetimeSeconds: Number.NaN }, /tokenLifetimeSeconds/],
    [{ testTimeoutSeconds: 0 }, /testTimeoutSeconds/],
    [{ retries: 1.5 }, /retries/],
    [{ retryDelayMs: -1 }, /retryDelayMs/],
    [{ rateLimit: -1 }, /rateLimit/],
    [{ maxRequests: 0.5 }, /maxRequests/],
    [
      { webhooks: [{ name: "a", url: "http://a.example", events: ["x"] }] },
      /Failed to create the webhook "a" of the seed: .*url: must be/,
    ],
    [
      { webhooks: [{ id: "1", name: "a", url: URL, events: ["job.status"] }] },
      /Failed to create the webhook "a" of the seed: .*id must/,
    ],
    [{ events: [] }, /events/],
    [{ accounts: [] }, /accounts/],
  ])("%j is refused", async (options, message) => {
    await expect(startEmulator(options)).rejects.toThrow(message);
  });

  test("a port that is taken is refused by name", async () => {
    await withEmulator({}, async ({ url }) => {
      const port = Number(url.split(":").at(-1));
      await expect(startEmulator({ port })).rejects.toThrow(
        `Failed to listen on 127.0.0.1:${port}: the port is in use`,
      );
    });
  });
});

test("timestamps have microseconds and don't go back", () => {
  const stamps = Array.from({ length: 1000 }, timestamp);
  for (const stamp of stamps) {
    expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  }
  expect([...stamps].sort()).toEqual(stamps);
});

describe("what is remembered", () => {
  test("is the newest, within a number of entries and of bytes", () => {
    const journal = new Journal<string, number>({ entries: 3, bytes: 100 });
    for (const [index, key] of ["a", "b", "c", "d"].entries()) {
      journal.add(key, index, 10);
    }
    expect(journal.values()).toEqual([1, 2, 3]);
    journal.update("c", 20, 85);
    expect(journal.values()).toEqual([20, 3]);
    journal.update("a", 1, 10);
    expect([journal.get("a"), journal.get("c")]).toEqual([undefined, 20]);
    journal.add("e", 4, 101);
    expect(journal.values()).toEqual([]);
    journal.add("f", 5, 100);
    expect(journal.values()).toEqual([5]);
    journal.clear();
    journal.add("g", 6, 100);
    expect(journal.values()).toEqual([6]);
  });

  test("of requests is what maxRequests says, and 32 MiB at most", async () => {
    await withEmulator({ maxRequests: 3 }, async (emulator) => {
      for (const query of [1, 2, 3, 4, 5]) {
        await send(emulator, "GET", `/webhooks/events?${query}`);
      }
      expect(emulator.requests.map(({ query }) => query)).toEqual(["3", "4", "5"]);
    });
    await withEmulator({}, async (emulator) => {
      const body = JSON.stringify({ name: "x".repeat(1_000_000) });
      for (let count = 0; count < 40; count++) {
        await send(emulator, "POST", TOKEN_PATH, { body });
      }
      expect(emulator.requests.length).toBeGreaterThan(10);
      expect(emulator.requests.length).toBeLessThan(20);
    });
  });

  test("of deliveries is 32 MiB at most", async () => {
    await withEmulator({ retries: 0 }, async (emulator) => {
      // Nobody is at this port.
      await createWebhook(emulator, { url: "http://127.0.0.1:9/", active: true });
      for (let count = 0; count < 40; count++) {
        await emulator.trigger({ event: "job.status", body: { text: "x".repeat(1_000_000) } });
      }
      expect(emulator.deliveries().length).toBeGreaterThan(10);
      expect(emulator.deliveries().length).toBeLessThan(20);
    });
  });
});

test("the rate limit lets bursts pass, and goes by the address", () => {
  let now = 0;
  const limit = new RateLimit(100, () => now);
  const admitted = (address: string, count: number) =>
    Array.from({ length: count }, () => limit.admit(address)).filter(Boolean).length;
  expect(admitted("a", 600)).toBe(500);
  expect(admitted("b", 600)).toBe(500);
  now += 50;
  expect(admitted("a", 600)).toBe(5);
  now += 60_000;
  expect(admitted("a", 600)).toBe(500);
});
