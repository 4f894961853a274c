import { type Browser, chromium, type Page } from "playwright-core";
import { type Emulator, startEmulator } from "../../emulator/src";
import { ensureChromium } from "../../tools/chromium.mjs";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { createWebhook, login, send } from "./client";
import { visibleText } from "./visible-text.mjs";

let browser: Browser;
let page: Page;
let emulator: Emulator;
let receiver: TestReceiver;
let complaints: string[];
let loaded: string[];

beforeAll(async () => {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: await ensureChromium(), args });
}, 600_000);
afterAll(() => browser.close());

beforeEach(async () => {
  receiver = await startReceiver();
  emulator = await startEmulator({ retries: 1, retryDelayMs: 1 });
  page = await browser.newPage();
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
  for (const url of loaded) expect(url.startsWith(`${emulator.url}/`) || url === "data:,").toBe(true);
});

const open = async () => {
  await page.goto(`${emulator.url}/`);
};
const deliveries = () => page.getByRole("list").getByRole("listitem");
const focused = () => page.locator(":focus");
const outcome = () => page.getByRole("status");

test("when there is nothing yet, it says so and how to begin", async () => {
  await open();
  await page.getByText("No webhooks yet.").waitFor();
  await page.getByText("Nothing sent yet.").waitFor();
  expect(await page.getByText(`export UP42_API_URL=${emulator.url}`).count()).toBe(1);
  expect(await page.getByRole("table").isVisible()).toBe(false);
});

test("webhooks appear, change and vanish while it is open", async () => {
  await open();
  const url = "https://my.sample.endpoint.com/";
  const path = await createWebhook(emulator, { name: "My alert", url, events: ["job.status, order.status"] });
  const row = page.getByRole("row").filter({ hasText: "My alert" });
  await row.getByText("inactive").waitFor();
  const cells = await row.getByRole("cell").allTextContents();
  expect(cells).toEqual([
    `My alert${emulator.webhooks()[0]?.id}`,
    url,
    "job.statusorder.status",
    "inactive",
    "signed",
  ]);
  const headers = await login(emulator);
  await send(emulator, "PUT", path, {
    headers,
    body: { name: "My alert", url, events: ["job.status"], active: true },
  });
  await row.getByText("no secret").waitFor();
  expect(await row.getByText("active", { exact: true }).count()).toBe(1);
  await send(emulator, "DELETE", path, { headers });
  await page.getByText("No webhooks yet.").waitFor();
});

test("a notification is sent, looked into and sent again with the keyboard alone", async () => {
  await createWebhook(emulator, { name: "My alert", url: receiver.url, active: true });
  await open();
  await page.getByRole("table").waitFor();

  await page.keyboard.press("Tab");
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
  const sent = receiver.requests[0]?.headers;
  for (const name of ["signature-input", "signature", "digest"]) {
    await deliveries().getByText(name, { exact: true }).waitFor();
    await deliveries().getByText(String(sent?.[name]), { exact: true }).waitFor();
  }
  expect(await deliveries().getByText('"status": "FULFILLED"').count()).toBe(1);
  expect(await deliveries().getByRole("heading").allTextContents()).toEqual([
    "Body",
    expect.stringMatching(/^Attempt 1: 200 OK, \d+ ms$/),
    "Headers sent",
  ]);

  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await deliveries().filter({ hasText: "repeat" }).waitFor();
  await receiver.received(2);
  expect(receiver.requests[1]?.body).toBe(receiver.requests[0]?.body);
  const first = deliveries().nth(1).getByRole("button", { name: "Send again: order.status to My alert" });
  await first.and(focused()).waitFor();
});

test("tests of webhooks appear too, newest first", async () => {
  const path = await createWebhook(emulator, { name: "My alert", url: receiver.url });
  await open();
  const headers = await login(emulator);
  for (const event of ["job.status", "order.status"]) {
    await send(emulator, "POST", `${path}/tests`, { headers, body: { eventNames: [event] } });
  }
  await deliveries().nth(1).waitFor();
  const summaries = await page.locator("summary").allTextContents();
  expect(summaries).toEqual([
    expect.stringMatching(/^delivered order\.status test My alert .+ 200 OK $/),
    expect.stringMatching(/^delivered job\.status test My alert .+ 200 OK $/),
  ]);
});

test("a failure shows, with every attempt and the receiver's words", async () => {
  receiver.answer({ status: 500, body: "out of order" });
  await createWebhook(emulator, { name: "My alert", url: receiver.url, active: true });
  await open();
  await page.getByRole("button", { name: "Send notification" }).click();
  await outcome().getByText("job.status: 1 failed.").waitFor();
  await page.getByText("500 Internal Server Error (2 attempts)").click();
  await deliveries().getByText("out of order").nth(1).waitFor();
  const attempts = deliveries().getByRole("heading", { name: /^Attempt \d: 500 Internal Server Error/ });
  expect(await attempts.count()).toBe(2);
});

test("it says when nobody is subscribed", async () => {
  await createWebhook(emulator, { url: receiver.url, events: ["job.status"], active: true });
  await open();
  await page.getByLabel("Event", { exact: true }).selectOption("order.status");
  await page.getByRole("button", { name: "Send notification" }).click();
  await outcome().getByText("Nothing sent: no active webhook is subscribed to order.status.").waitFor();
  expect(receiver.requests).toEqual([]);
});

test("what comes from outside is shown as text", async () => {
  const markup = `<img src="x" onerror="console.log('run')"><b>bold</b>`;
  receiver.answer({ status: 500, body: markup });
  await createWebhook(emulator, { name: markup, url: receiver.url, active: true });
  await emulator.trigger({ event: "job.status", status: markup });
  await open();
  await page.locator("summary").click();
  await deliveries().locator("pre").getByText(markup, { exact: true }).first().waitFor();
  expect(await page.getByRole("cell").getByText(markup).count()).toBe(1);
  expect(await page.locator("img, b").count()).toBe(0);
});

test("the secret is nowhere on it", async () => {
  await createWebhook(emulator, { url: receiver.url, secret: "QWZTFnMEXhqZKNmu", active: true });
  await emulator.trigger({ event: "job.status" });
  await open();
  await page.locator("summary").click();
  await deliveries().getByText("Headers sent").waitFor();
  expect(await page.content()).not.toContain("QWZTFnMEXhqZKNmu");
});

test("an open delivery stays open, and the focus where it is, while others come in", async () => {
  await createWebhook(emulator, { url: receiver.url, active: true });
  await emulator.trigger({ event: "job.status" });
  await open();
  const first = page.locator("details").last();
  await first.locator("summary").click();
  await emulator.trigger({ event: "order.status" });
  await deliveries().nth(1).waitFor();
  expect(await first.getAttribute("open")).toBe("");
  await first.locator("summary").and(focused()).waitFor();
});

/** How well text can be told from its ground, as WCAG 2 reckons it. */
function contrast(foreground: string, background: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [a, b] = [luminance(foreground), luminance(background)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

test.each(["light", "dark"] as const)("all text can be read in %s", async (colorScheme) => {
  await page.emulateMedia({ colorScheme });
  receiver.answer(500);
  await createWebhook(emulator, { name: "a", url: receiver.url, active: true });
  await createWebhook(emulator, { name: "b", url: receiver.url });
  await emulator.trigger({ event: "job.status" });
  receiver.answer(200);
  await emulator.trigger({ event: "job.status" });
  await open();
  await page.locator("summary").first().click();
  await deliveries().getByText("Headers sent").waitFor();
  const pairs = await page.locator("body, body *").evaluateAll(visibleText);
  expect(pairs.length).toBeGreaterThan(40);
  expect(pairs.filter(({ colour, ground }) => contrast(colour, ground) < 4.5)).toEqual([]);
  const [{ ground = "" } = {}] = pairs;
  expect(contrast(ground, "rgb(0, 0, 0)") > 10).toBe(colorScheme === "light");
});

test("nothing sticks out of a narrow window", async () => {
  await page.setViewportSize({ width: 360, height: 700 });
  await createWebhook(emulator, {
    name: "x".repeat(80),
    url: `${receiver.url}/${"y".repeat(200)}`,
    active: true,
  });
  await emulator.trigger({ event: "job.status" });
  await open();
  await page.locator("summary").click();
  await deliveries().getByText("Headers sent").waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
});

test("it says when the emulator is gone, and when it is back", async () => {
  await open();
  await page.getByText("No webhooks yet.").waitFor();
  await emulator.close();
  await page.getByRole("alert").waitFor();
  const port = Number(new URL(emulator.url).port);
  emulator = await startEmulator({ port });
  await page.getByRole("alert").waitFor({ state: "hidden" });
  // The browser itself notes each request that finds nobody; the page adds nothing to that.
  expect(complaints.filter((line) => !line.includes("net::ERR_"))).toEqual([]);
  complaints = [];
});
