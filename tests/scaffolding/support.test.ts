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
