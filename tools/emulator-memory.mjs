// Shows that the emulator's memory is bounded: it gets requests for hours of development, in minutes, with a heap that
// has no room for all of them. Run by `npm run emulator:memory`, with the number of requests if it is not a million.
import { spawn } from "node:child_process";
import { Agent, request as httpRequest } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runMain } from "./process.mjs";

const EMULATOR = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  "emulator",
  "bin",
  "up42-emulator.js",
);
const HEAP_MIB = 128;
const CONNECTIONS = 16;
const WORKSPACE = "/workspaces/a1b2c3d4-0042-4042-8042-000000000042/webhooks";
const TOKEN = "/realms/public/protocol/openid-connect/token";

const form = { "content-type": "application/x-www-form-urlencoded" };
const login = new URLSearchParams({
  grant_type: "password",
  client_id: "up42-api",
  scope: "openid",
  username: "demo@up42.example",
  password: "demo-password",
}).toString();
/** It is refused, and remembered as a whole. */
const large = JSON.stringify({ name: "x".repeat(32_000) });

/** What a client may send, again and again: tokens, lists, refusals. */
const REQUESTS = [
  { method: "POST", path: TOKEN, headers: form, body: login, status: 200 },
  { method: "GET", path: "/webhooks/events", headers: {}, body: "", status: 200 },
  { method: "GET", path: WORKSPACE, headers: {}, body: "", status: 401 },
  { method: "POST", path: TOKEN, headers: { "content-type": "application/json" }, body: large, status: 400 },
];

/**
 * Sends requests to an emulator with a small heap.
 *
 * @param {number} count
 * @param {(sent: number) => void} [onProgress]
 * @throws {Error} when one is not answered as it should be
 */
export async function sendToSmallEmulator(count, onProgress = () => undefined) {
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, EMULATOR, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    const url = await addressOf(child);
    let sent = 0;
    const work = async () => {
      while (sent < count) {
        sent += 1;
        if (sent % 100_000 === 0) onProgress(sent);
        const { [sent % REQUESTS.length]: next } = REQUESTS;
        if (next !== undefined) await send(url, agent, next);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  } finally {
    agent.destroy();
    child.kill();
  }
}

/**
 * @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, null>} child
 * @returns {Promise<string>}
 */
function addressOf({ stdout }) {
  let output = "";
  return new Promise((resolve, reject) => {
    // Also what comes after the address is read, or it would pile up on the other side.
    stdout.setEncoding("utf8").on("data", (text) => {
      output = (output + text).slice(0, 10_000);
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
      if (url !== undefined) resolve(url);
    });
    stdout.once("end", () => reject(new Error(`The emulator ended:\n${output}`)));
  });
}

/**
 * @param {string} url
 * @param {Agent} agent
 * @param {(typeof REQUESTS)[number]} what
 */
async function send(url, agent, { method, path, headers, body, status }) {
  await new Promise((resolve, reject) => {
    const length = { "content-length": Buffer.byteLength(body) };
    const sending = httpRequest(
      url + path,
      { agent, method, headers: { ...headers, ...length } },
      (answer) => {
        answer.resume();
        answer.on("end", () =>
          answer.statusCode === status
            ? resolve(undefined)
            : reject(
                new Error(`${method} ${path} was answered with ${answer.statusCode} instead of ${status}`),
              ),
        );
      },
    );
    sending.on("error", (error) => reject(new Error(`The emulator did not answer: ${error.message}`)));
    sending.end(body);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runMain(async () => {
    const count = Number(process.argv[2] ?? 1_000_000);
    await sendToSmallEmulator(count, (sent) => console.log(`${sent} requests`));
    console.log(`All of ${count} requests were answered with a heap of ${HEAP_MIB} MiB.`);
  });
}
