import { Agent, request as httpRequest } from "node:http";
import { join } from "node:path";
import { DEMO_ACCOUNT } from "up42-emulator";
import { startCommand } from "../../tools/process.mjs";
import { WORKSPACE } from "../support/pulumi";

const { username, password, workspaceId } = DEMO_ACCOUNT;
const TOKEN = "/realms/public/protocol/openid-connect/token";
const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };
const login = new URLSearchParams({ grant_type: "password", client_id: "up42-api", username, password });
/** It is refused, and remembered as a whole. */
const large = JSON.stringify({ name: "x".repeat(32_000) });

/** What a client may send, again and again: tokens, lists, refusals. */
const REQUESTS = [
  { method: "POST", path: TOKEN, headers: form, body: login.toString(), status: 200 },
  { method: "GET", path: "/webhooks/events", headers: {}, body: "", status: 200 },
  { method: "GET", path: `/workspaces/${workspaceId}/webhooks`, headers: {}, body: "", status: 401 },
  { method: "POST", path: TOKEN, headers: json, body: large, status: 400 },
];

test("40,000 requests of 360 MiB are answered with a heap of 128 MiB", async () => {
  const command = [
    "--max-old-space-size=128",
    join(WORKSPACE, "emulator", "bin", "up42-emulator.js"),
    "--port",
    "0",
  ];
  const emulator = startCommand(process.execPath, command);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  try {
    const [url] = await emulator.waitForOutput(/http:\/\/127\.0\.0\.1:\d+/);
    for (let sent = 0; sent < 10_000; sent += 10) {
      const round = Array.from({ length: 10 }, () => REQUESTS).flat();
      const statuses = await Promise.all(round.map((request) => send(url, agent, request)));
      expect(statuses).toEqual(round.map(({ status }) => status));
    }
  } finally {
    agent.destroy();
    emulator.kill();
    await emulator.result;
  }
});

async function send(
  url: string,
  agent: Agent,
  { method, path, headers, body }: (typeof REQUESTS)[number],
): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const length = { "content-length": Buffer.byteLength(body) };
    httpRequest(url + path, { agent, method, headers: { ...headers, ...length } }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    })
      .on("error", reject)
      .end(body);
  });
}
