import { type AxeResults, source as axe } from "axe-core";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { DEMO_ACCOUNT, type Emulator, type EmulatorOptions, startEmulator } from "../../emulator/src";
import { runCommand } from "../../tools/process.mjs";
import { ensureChromium } from "../support/programs";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { at, createWebhook, login, send } from "./client";

let browser: Browser;
let context: BrowserContext;
let page: Page;
let emulator: Emulator;
let receiver: TestReceiver;
let complaints: string[];
let loaded: string[];

beforeAll(async () => {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: await ensureChromium(), args });
  // One window for all tests, since each costs a second. Emulators of other tests have other origins.
  context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  await context.newPage();
}, 600_000);
afterAll(() => browser.close());

beforeEach(async () => {
  receiver = await startReceiver();
  emulator = await startEmulator({ retries: 1, retryDelayMs: 1 });
  page = await context.newPage();
  complaints = [];
  loaded = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => loaded.push(request.url()));
  page.setDefaultTimeout(20_000);
});
afterEach(async () => {
  await page.close();
  await emulator.close();
  await receiver.close();
  expect(complaints).toEqual([]);
  for (const url of loaded) {
    expect(url.startsWith(`${emulator.url}/`) || url === "data:,").toBe(true);
  }
});

/** Starts another emulator in the place of the one that each test begins with. */
const restart = async (options: EmulatorOptions) => {
  await emulator.close();
  emulator = await startEmulator(options);
};
const open = async (hash = "") => {
  await page.goto(`${emulator.url}/${hash}`);
};
const rows = () => page.locator("tbody tr:visible");
const row = (text: string) => rows().filter({ hasText: text });
const detail = () => page.getByRole("article");
const filter = (name: string) => page.getByRole("form").getByRole("combobox", { name });
const focused = () => page.locator(":focus");
const outcome = () => page.getByRole("status");
const clipboard = () => page.evaluate<string>("navigator.clipboard.readText()");

/** Waits until a locator finds as many elements. */
async function waitForCount(locator: Locator, count: number): Promise<void> {
  if (count > 0) {
    await locator.nth(count - 1).waitFor();
  }
  await locator.nth(count).waitFor({ state: "detached" });
}

/** Copies with a button of the page; gives what is in the clipboard then. */
async function copyWith(name: string): Promise<string> {
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  return await clipboard();
}

/** Runs a text as a shell does. */
async function shell(script: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const result = await runCommand("sh", ["-c", script], { env: { ...process.env, NO_PROXY: "*", ...env } });
  expect(result).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

describe("when there is nothing yet", () => {
  test("it says so, and how to begin, with credentials that log in", async () => {
    await open();
    await page.getByText("No webhooks yet").waitFor();
    expect(await page.getByRole("table").count()).toBe(0);
    const commands = (await copyWith("Copy commands")).split("\n");
    expect(commands.pop()).toBe("pulumi up");
    const login =
      'curl --fail --silent --data "grant_type=password&client_id=up42-api&scope=openid&username=$UP42_USERNAME&password=$UP42_PASSWORD" "$UP42_AUTH_URL/realms/public/protocol/openid-connect/token"';
    expect(JSON.parse(await shell([...commands, login].join("\n")))).toHaveProperty("access_token");
  });

  test("the password of an account that is not the demo's is not on it", async () => {
    await restart({ accounts: [{ ...DEMO_ACCOUNT, username: "it's me", password: "Wq7-canary-password" }] });
    await open();
    const commands = await copyWith("Copy commands");
    expect(await shell(`${commands.replace("pulumi up", "")}echo "$UP42_USERNAME|$UP42_PASSWORD"`)).toBe(
      "it's me|the password of it's me\n",
    );
    expect(await page.content()).not.toContain("canary");
    expect(JSON.stringify((await send(emulator, "GET", "/_emulator/account")).body)).not.toContain("canary");
  });

  test.each([
    ["#/deliveries", "Nothing sent yet."],
    ["#/requests", "No API requests yet."],
  ])("%s says so too", async (hash, text) => {
    await open(hash);
    await page.getByText(text).waitFor();
  });
});

describe("the webhooks", () => {
  test("appear, change and vanish while it is open", async () => {
    await open();
    const url = "https://my.sample.endpoint.com/";
    const path = await createWebhook(emulator, {
      name: "My alert",
      url,
      events: ["job.status, order.status"],
    });
    await row("My alert").getByText("Inactive").waitFor();
    expect(await row("My alert").getByRole("cell").allInnerTexts()).toEqual([
      `My alert\n${url}`,
      "job.statusorder.status",
      "Inactive\nSigned",
      "No deliveries",
      "None yet",
      "Send test",
    ]);
    const headers = await login(emulator);
    await send(emulator, "PUT", path, {
      headers,
      body: { name: "My alert", url, events: ["job.status"], active: true },
    });
    await row("My alert").getByText("No secret").waitFor();
    expect(await row("My alert").getByText("Active", { exact: true }).count()).toBe(1);
    await send(emulator, "DELETE", path, { headers });
    await page.getByText("No webhooks yet").waitFor();
  });

  test("have a success rate, a last delivery and a test", async () => {
    await createWebhook(emulator, { name: "My alert", url: receiver.url });
    await createWebhook(emulator, { name: "Other", url: receiver.url });
    await open();
    await page.getByRole("button", { name: "Send test to My alert" }).click();
    await outcome().getByText("job.status, order.status: 2 delivered.").waitFor();
    await row("My alert").getByText("100% of 2").waitFor();
    receiver.answer(500);
    await page.getByRole("button", { name: "Send test to My alert" }).click();
    await outcome().getByText("job.status, order.status: 2 failed.").waitFor();
    await row("My alert").getByText("50% of 4").waitFor();
    await row("Other").getByText("No deliveries").waitFor();
    expect(emulator.deliveries().map(({ notification }) => notification.liveMode)).toEqual(
      Array(4).fill(false),
    );

    await row("My alert").getByRole("link", { name: "Failed" }).click();
    await detail().getByText("500 Internal Server Error").first().waitFor();
    await page.getByRole("link", { name: "Webhooks" }).click();
    await row("My alert").getByRole("link", { name: "My alert" }).click();
    await waitForCount(rows(), 4);
    expect(new URL(page.url()).hash).toBe(`#/deliveries?webhook=${emulator.webhooks()[0]?.id}`);
  });
});

test("an event is sent, looked into and sent again with the keyboard alone", async () => {
  await createWebhook(emulator, { name: "My alert", url: receiver.url, active: true });
  await open();
  await row("My alert").waitFor();

  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await focused().getAttribute("id")).toBe("event");
  await page.keyboard.type("order");
  await page.keyboard.press("Tab");
  await page.keyboard.type("FULFILLED");
  await page.keyboard.press("Enter");
  await outcome().getByText("order.status: 1 delivered.").waitFor();
  expect(JSON.parse(receiver.requests[0]?.body ?? "")).toMatchObject({
    event: "order.status",
    liveMode: true,
    body: { status: "FULFILLED" },
  });

  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await row("order.status live").waitFor();
  for (let tabs = 0; tabs < 5; tabs++) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  const sent = receiver.requests[0]?.headers;
  for (const name of ["signature-input", "signature", "digest"]) {
    await detail().getByText(name, { exact: true }).waitFor();
    await detail().getByText(String(sent?.[name]), { exact: true }).waitFor();
  }
  expect(await detail().getByText('"status": "FULFILLED"').count()).toBe(1);
  await detail().getByRole("heading", { name: "order.status Delivered" }).and(focused()).waitFor();

  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await row("live, repeat").waitFor();
  await receiver.received(2);
  expect(receiver.requests[1]?.body).toBe(receiver.requests[0]?.body);
  await page.keyboard.press("Escape");
  await detail().waitFor({ state: "hidden" });
  await rows().nth(1).getByRole("link").and(focused()).waitFor();
  await page.keyboard.press("ArrowUp");
  await rows().nth(0).getByRole("link").and(focused()).waitFor();
});

describe("the deliveries", () => {
  test("are listed newest first, in columns that align", async () => {
    const path = await createWebhook(emulator, { name: "My alert", url: receiver.url });
    await open("#/deliveries");
    const headers = await login(emulator);
    for (const event of ["job.status", "order.status"]) {
      await send(emulator, "POST", `${path}/tests`, { headers, body: { eventNames: [event] } });
    }
    await waitForCount(rows(), 2);
    const time = expect.stringMatching(/^\d\d:\d\d:\d\d$/);
    expect(await rows().nth(0).getByRole("cell").allInnerTexts()).toEqual([
      "Delivered",
      "order.status test",
      "My alert",
      "200 OK",
      time,
    ]);
    expect(await rows().nth(1).getByRole("cell").nth(1).textContent()).toBe("job.status test");
    const left = (cells: Locator) =>
      cells.evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().x));
    const columns = await left(page.getByRole("columnheader"));
    expect(columns).toHaveLength(5);
    for (const line of await rows().all()) {
      expect(await left(line.getByRole("cell"))).toEqual(columns);
    }
  });

  test("say in their row why they failed, and in full every attempt with what the receiver answered", async () => {
    receiver.answer({ status: 401, body: '{"error":{"message":"wrong signature"}}' });
    await createWebhook(emulator, { name: "My alert", url: receiver.url, active: true });
    await open("#/deliveries");
    await page.getByRole("button", { name: "Send event" }).click();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await outcome().getByText("job.status: 1 failed.").waitFor();
    expect(await row("My alert").getByRole("cell").nth(3).allInnerTexts()).toEqual([
      "401 Unauthorized · 2 attempts\nwrong signature",
    ]);
    await outcome().getByRole("link", { name: "View" }).click();
    await detail().getByText("401 Unauthorized: wrong signature").waitFor();
    const attempts = detail().locator("summary");
    expect(await attempts.allInnerTexts()).toEqual([
      expect.stringMatching(/^Attempt 1 401 Unauthorized \d+ ms · /),
      expect.stringMatching(/^Attempt 2 401 Unauthorized \d+ ms · /),
    ]);
    for (const open of [false, true]) {
      if (!open) {
        await attempts.nth(0).click();
      }
      const attempt = detail().locator("details").nth(Number(open));
      await attempt.getByRole("heading", { name: "Response headers" }).waitFor();
      await attempt.getByText("text/plain", { exact: true }).waitFor();
      await attempt.getByText('"message": "wrong signature"').waitFor();
    }
  });

  test("leave out the reason where the receiver gave none", async () => {
    receiver.answer({ status: 500, body: "" });
    await createWebhook(emulator, { url: receiver.url, active: true });
    await emulator.trigger({ event: "job.status" });
    await open("#/deliveries");
    await row("500 Internal Server Error · 2 attempts").waitFor();
    expect(await rows().locator(".reason").count()).toBe(0);
  });

  test("say why there was no answer", async () => {
    receiver.answer("reset");
    await createWebhook(emulator, { url: receiver.url, active: true });
    await emulator.trigger({ event: "job.status" });
    await open("#/deliveries");
    await row("No response · 2 attempts").waitFor();
    expect(await rows().locator(".reason").textContent()).toMatch(/ECONNRESET|closed the connection/);
  });

  test("count down to the next attempt", async () => {
    await restart({ retries: 2, retryDelayMs: 600_000 });
    receiver.answer(503);
    await createWebhook(emulator, { name: "My alert", url: receiver.url, active: true });
    await send(emulator, "POST", "/_emulator/trigger", { body: { event: "job.status" } });
    await open("#/deliveries");
    const countdown = row("Retrying").getByText(/^Attempt 2 of 3 in \d+ s$/);
    const seconds = async () => Number(/in (\d+) s/.exec((await countdown.textContent()) ?? "")?.[1]);
    const first = await seconds();
    expect(first).toBeLessThanOrEqual(600);
    await row(`in ${first} s`).waitFor({ state: "detached" });
    expect(await seconds()).toBeLessThan(first);
    await row("Retrying").getByRole("link").click();
    await detail()
      .getByText(/^Next: attempt 2 of 3 in \d+ s\.$/)
      .waitFor();
  });

  test("are filtered by webhook, event and status, and the address keeps it", async () => {
    receiver.answer(({ path }) => (path === "/bad" ? 500 : 200));
    await createWebhook(emulator, { name: "good", url: `${receiver.url}/good`, active: true });
    const path = await createWebhook(emulator, { name: "bad", url: `${receiver.url}/bad`, active: true });
    await emulator.trigger({ event: "job.status" });
    await emulator.trigger({ event: "order.status" });
    await open("#/deliveries");
    await waitForCount(rows(), 4);
    await filter("Webhook").selectOption("bad");
    await waitForCount(rows(), 2);
    await filter("Event").selectOption("order.status");
    await waitForCount(rows(), 1);
    await page.getByText("1 delivery of 4").waitFor();
    await rows().getByRole("link").click();
    await detail().getByText("500 Internal Server Error").first().waitFor();

    await page.reload();
    await detail().getByText("500 Internal Server Error").first().waitFor();
    await waitForCount(rows(), 1);
    await page.getByRole("link", { name: "Close" }).click();
    await filter("Status").selectOption("Delivered");
    await page.getByText("No deliveries match these filters.").waitFor();
    await page.goBack();
    await waitForCount(rows(), 1);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await waitForCount(rows(), 4);

    await filter("Status").selectOption("Failed");
    await waitForCount(rows(), 2);
    await send(emulator, "DELETE", path, { headers: await login(emulator) });
    await filter("Webhook").selectOption("bad (deleted)");
    await waitForCount(rows(), 2);
  });

  test("are copied as a command for curl that sends the same", async () => {
    const url = `${receiver.url}/?it's=here`;
    await createWebhook(emulator, { url, active: true });
    await emulator.trigger({ event: "job.status", status: "it's $HOME" });
    await open(`#/deliveries/${emulator.deliveries()[0]?.id}`);
    await shell(await copyWith("Copy as curl"));
    const [first, second] = receiver.requests;
    expect(second).toMatchObject({ method: "POST", path: first?.path, body: first?.body });
    for (const name of ["host", "date", "digest", "content-type", "signature", "signature-input"]) {
      expect(second?.headers[name]).toBe(first?.headers[name]);
    }
  });

  test("that are gone are named as such", async () => {
    await open("#/deliveries/5c8a6a4e-3f0b-4c58-9f5e-7d1b2f0c9a11");
    await detail().getByText("No such delivery").waitFor();
  });

  test("stay open, and the focus where it is, while others come in", async () => {
    await createWebhook(emulator, { url: receiver.url, active: true });
    await emulator.trigger({ event: "job.status" });
    await open("#/deliveries");
    await rows().getByRole("link").click();
    await detail().locator("summary").click();
    await detail().locator("details:not([open])").waitFor();
    await emulator.trigger({ event: "order.status" });
    await waitForCount(rows(), 2);
    expect(await detail().locator("details").getAttribute("open")).toBeNull();
    await detail().locator("summary").and(focused()).waitFor();
    await rows().nth(1).getByRole("link").focus();
    await emulator.trigger({ event: "order.status" });
    await waitForCount(rows(), 3);
    await rows().nth(2).getByRole("link").and(focused()).waitFor();
  });

  test("may be a thousand", async () => {
    await createWebhook(emulator, {
      name: "First",
      url: receiver.url,
      events: ["order.status"],
      active: true,
    });
    await emulator.trigger({ event: "order.status" });
    await createWebhook(emulator, { name: "Many", url: receiver.url, events: ["job.status"], active: true });
    for (let sent = 1; sent < 1000; sent += 27) {
      await Promise.all(Array.from({ length: 27 }, () => emulator.trigger({ event: "job.status" })));
    }
    expect(emulator.deliveries()).toHaveLength(1000);
    await open("#/deliveries");
    await page.getByText("The newest 100 of 1000 deliveries").waitFor();
    await waitForCount(rows(), 100);
    await page.getByRole("button", { name: "Show more" }).click();
    await waitForCount(rows(), 200);
    await filter("Webhook").selectOption("First");
    await waitForCount(rows(), 1);
    await rows().getByRole("link").click();
    await detail().getByRole("heading", { name: "order.status Delivered" }).waitFor();
    await page.getByRole("link", { name: "Webhooks" }).click();
    await row("Many").getByText("100% of 999").waitFor();
    expect(await violations()).toEqual([]);
  });
});

test("it says when nobody is subscribed", async () => {
  await createWebhook(emulator, { url: receiver.url, events: ["job.status"], active: true });
  await open();
  await page.getByRole("button", { name: "Send event" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Event" }).selectOption("order.status");
  await dialog.getByRole("button", { name: "Send", exact: true }).click();
  await dialog.getByText("Nothing sent: no active webhook is subscribed to order.status.").waitFor();
  expect(receiver.requests).toEqual([]);
});

describe("the API requests", () => {
  test("are listed with what was wrong, and are copied as a command for curl", async () => {
    await createWebhook(emulator, { name: "My alert", url: receiver.url });
    const headers = await login(emulator);
    const path = `/workspaces/${DEMO_ACCOUNT.workspaceId}/webhooks`;
    const body = { name: "it's wrong", url: receiver.url, events: ["x"], secret: "QWZTFnMEXhqZKNmu" };
    expect(await send(emulator, "POST", path, { headers, body })).toMatchObject({ status: 400 });
    await open("#/requests");
    await waitForCount(rows(), 4);
    await filter("Status").selectOption("Failed");
    await waitForCount(rows(), 1);
    const cells = await rows().getByRole("cell").allInnerTexts();
    expect(cells.slice(0, 3)).toEqual([
      "400",
      "POST",
      expect.stringContaining(`${path}\nThe webhook isn't valid`),
    ]);
    await rows().getByRole("link").click();
    await detail().getByText('"secret": "[hidden]"').waitFor();
    await page.reload();
    await detail().getByText('"secret": "[hidden]"').waitFor();
    const command = await copyWith("Copy as curl");
    const token = headers.authorization.replace("Bearer ", "");
    const answer: unknown = JSON.parse(await shell(command, { UP42_ACCESS_TOKEN: token }));
    expect(at(answer, "error", "code")).toBe("BAD_REQUEST");
    expect(emulator.requests.at(-1)?.body).toEqual({ ...body, secret: "[hidden]" });
  });

  test("show no password, no token and no secret", async () => {
    const account = { ...DEMO_ACCOUNT, password: "Wq7-canary-password" };
    await restart({ accounts: [account] });
    const { authorization } = await login(emulator, account);
    const headers = { authorization };
    const body = { name: "My alert", url: receiver.url, events: ["job.status"], secret: "QWZTFnMEXhqZKNmu" };
    await send(emulator, "POST", `/workspaces/${account.workspaceId}/webhooks`, { headers, body });
    await send(emulator, "POST", `/workspaces/${account.workspaceId}/webhooks`, {
      headers: { ...headers, "content-type": "application/json" },
      body: '{"secret":"QWZTFnMEXhqZKNmu',
    });
    await open("#/requests");
    await waitForCount(rows(), 3);
    const token = authorization.slice("Bearer ".length);
    for (const line of await rows().all()) {
      await line.getByRole("link").click();
      await detail().getByRole("heading", { name: "Request headers" }).waitFor();
      const shown = await page.content();
      expect(shown).toContain("[hidden]");
      for (const secret of [body.secret, account.password, token]) {
        expect(shown).not.toContain(secret);
      }
      await page.keyboard.press("Escape");
      await detail().waitFor({ state: "hidden" });
    }
    const log = JSON.stringify((await send(emulator, "GET", "/_emulator/requests")).body);
    for (const secret of ["QWZTF", account.password, token]) {
      expect(log).not.toContain(secret);
    }
  });
});

test("what comes from outside is shown as text", async () => {
  const markup = `<img src="x" onerror="console.log('run')"><b>bold</b>`;
  receiver.answer({ status: 500, body: markup });
  await createWebhook(emulator, { name: markup, url: receiver.url, active: true });
  await emulator.trigger({ event: "job.status", status: markup });
  await open();
  await row(markup).waitFor();
  await row(markup).getByRole("link", { name: "Failed" }).click();
  await detail().locator("details[open] pre").getByText(markup, { exact: true }).waitFor();
  expect(await rows().getByText(markup).count()).toBe(2);
  expect(await page.locator("img, b").count()).toBe(0);
});

test("the secret is nowhere on it", async () => {
  await createWebhook(emulator, { url: receiver.url, secret: "QWZTFnMEXhqZKNmu", active: true });
  await emulator.trigger({ event: "job.status" });
  await open(`#/deliveries/${emulator.deliveries()[0]?.id}`);
  await detail().getByText("Request headers").waitFor();
  expect(await page.content()).not.toContain("QWZTFnMEXhqZKNmu");
});

/** What axe-core finds wrong with the page as it is now. */
async function violations(): Promise<string[]> {
  await page.evaluate(axe);
  const results: AxeResults = await page.evaluate("axe.run()");
  expect(results.passes.length).toBeGreaterThan(10);
  return results.violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html} ${failureSummary}`),
  );
}

/** Opens each view, with something of every kind in it. */
async function eachView(look: (name: string) => Promise<void>): Promise<void> {
  await open();
  await page.getByText("No webhooks yet").waitFor();
  await look("empty");
  await createWebhook(emulator, {
    name: "x".repeat(80),
    url: `${receiver.url}/${"y".repeat(200)}`,
    active: true,
  });
  await createWebhook(emulator, { name: "idle", url: receiver.url, secret: "" });
  receiver.answer({ status: 500, body: "z".repeat(300) });
  await emulator.trigger({ event: "job.status" });
  receiver.answer(200);
  await emulator.trigger({ event: "order.status" });
  const failed = emulator.deliveries().find(({ state }) => state === "failed");
  await send(emulator, "GET", "/nowhere");
  await row("idle").waitFor();
  await row("50% of 2").waitFor();
  await look("webhooks");
  await open("#/deliveries");
  await waitForCount(rows(), 2);
  await look("deliveries");
  await open(`#/deliveries/${failed?.id}`);
  await detail().getByRole("heading", { name: "Response headers" }).waitFor();
  await look("a delivery");
  await open("#/requests");
  await row("/nowhere").getByRole("link").waitFor();
  await look("requests");
  await row("/nowhere").getByRole("link").click();
  await detail().getByText("Request headers").waitFor();
  await look("a request");
  await page.getByRole("button", { name: "Send event" }).click();
  await page.getByRole("dialog").waitFor();
  await look("the dialog");
}

test.each(["light", "dark"] as const)("axe-core finds nothing wrong in %s", async (colorScheme) => {
  await page.emulateMedia({ colorScheme });
  await eachView(async (name) => {
    expect({ name, violations: await violations() }).toEqual({ name, violations: [] });
  });
  const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
  expect(ground).toBe(colorScheme === "light" ? "rgb(245, 246, 249)" : "rgb(14, 18, 24)");
});

test("nothing sticks out of a narrow window", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await eachView(async (name) => {
    expect({ name, width: await page.evaluate("document.documentElement.scrollWidth") }).toEqual({
      name,
      width: 390,
    });
    expect(await violations()).toEqual([]);
  });
});

test("it says when the emulator is gone, and when it is back", async () => {
  await open();
  await page.getByText("No webhooks yet").waitFor();
  await emulator.close();
  await page.getByRole("alert").waitFor();
  const port = Number(new URL(emulator.url).port);
  emulator = await startEmulator({ port });
  await page.getByRole("alert").waitFor({ state: "hidden" });
  // The browser itself notes each request that finds nobody; the page adds nothing to that.
  expect(complaints.filter((line) => !line.includes("net::ERR_"))).toEqual([]);
  complaints = [];
});
