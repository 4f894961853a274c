import { satisfies } from "../../tools/installed.mjs";
import { startReceiver, type TestReceiver } from "../support/receiver";
import { canary, expectNoCanaries } from "../support/secrets";

describe("expectNoCanaries", () => {
  const secret = canary("password");
  const base64 = (text: string): string => Buffer.from(text).toString("base64");

  test("passes texts without a secret", () => {
    expect(() => expectNoCanaries([secret], { state: "[secret]", log: canary("password") })).not.toThrow();
  });

  test.each([
    ["in clear", `password: ${secret};`],
    ["as JSON", JSON.stringify({ password: secret })],
    ["as JSON", JSON.stringify(JSON.stringify({ password: secret }))],
    ["URL-encoded", `?password=${encodeURIComponent(secret)}`],
    ["URL-encoded", new URLSearchParams({ password: secret }).toString()],
    ["in base64", base64(secret)],
    ["in base64", base64(`u:${secret}`)],
    ["in base64", base64(`user:${secret} and more`)],
    ["in base64", Buffer.from(`user1:${secret}`).toString("base64url")],
  ])("finds one %s, case %#", (form, text) => {
    const search = (): void =>
      expectNoCanaries([canary("other"), secret], { harmless: "", "the state": text });
    expect(search).toThrow(`the state holds canary-password`);
    expect(search).toThrow(form);
    expect(search).not.toThrow(secret);
  });
});

describe("the receiver", () => {
  let receiver: TestReceiver;

  beforeEach(async () => {
    receiver = await startReceiver();
  });

  afterEach(() => receiver.close());

  const send = (body: string): Promise<Response> =>
    fetch(`${receiver.url}/path?a=b`, { method: "POST", body });

  test("records what it gets and answers as it is set to", async () => {
    expect((await send("first")).status).toBe(200);
    receiver.answer({ status: 500, body: "broken" });
    const answer = await send("second");
    expect([answer.status, await answer.text()]).toEqual([500, "broken"]);
    const common = { method: "POST", path: "/path?a=b" };
    expect(receiver.requests).toMatchObject([
      { ...common, body: "first" },
      { ...common, body: "second" },
    ]);
  });

  test("can hang until it is closed, and reset the connection", async () => {
    receiver.answer("reset");
    await expect(send("refused")).rejects.toThrow("fetch failed");
    receiver.answer("hang");
    const hanging = expect(send("unanswered")).rejects.toThrow("fetch failed");
    await receiver.received(2);
    await receiver.close();
    await hanging;
    receiver = await startReceiver();
  });
});

describe("the look at what is installed", () => {
  const machine = { platform: "linux", arch: "x64" };
  const lock = {
    "": { version: "0.1.0" },
    provider: { version: "0.1.0" },
    "node_modules/provider": { resolved: "provider", link: true },
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/for-mac": { version: "1.0.0", optional: true, os: ["darwin"], cpu: ["arm64"] },
  };
  const { "": _workspace, "node_modules/for-mac": forMac, ...installed } = lock;

  test.each([
    ["what the lock file asks for", installed],
    [
      "a package that excludes other platforms",
      { ...installed, "node_modules/a": { ...installed["node_modules/a"], os: ["!win32"] } },
    ],
  ])("is content with %s", (_, found) => {
    expect(satisfies(lock, found, machine)).toBe(true);
  });

  test.each([
    ["another version", { ...installed, "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }],
    ["other content", { ...installed, "node_modules/a": { version: "1.0.0", integrity: "sha512-b" } }],
    [
      "a link that leads elsewhere",
      { ...installed, "node_modules/provider": { resolved: "old", link: true } },
    ],
    ["a package too many", { ...installed, "node_modules/b": { version: "1.0.0" } }],
    ["a package for another platform", { ...installed, "node_modules/for-mac": forMac }],
    ["nothing", {}],
  ])("is not content with %s", (_, found) => {
    expect(satisfies(lock, found, machine)).toBe(false);
  });
});
