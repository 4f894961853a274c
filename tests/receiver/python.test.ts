import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { runCommand } from "../../tools/process.mjs";
import { sign } from "./sign";
import { JOB_STATUS, SECRET } from "./support";

const FOLDER = join(__dirname, "..", "..", "examples", "python");
const VECTORS = join(__dirname, "vectors", "vectors.json");

const CHECK = `
import json, sys
from receiver import NotificationError, verify

def outcome(vector):
    try:
        notification, bound = verify(vector["headers"], vector["body"].encode(), vector["secret"], vector["now"])
        return {"bodyBound": bound} if notification == json.loads(vector["body"]) else {"code": "another notification"}
    except NotificationError as error:
        return {"code": error.args[0]}

vectors = json.load(open(sys.argv[1], encoding="utf-8"))["vectors"]
expected = [{key: vector[key] for key in ("bodyBound", "code") if key in vector} for vector in vectors]
wrong = [(vector["name"], outcome(vector)) for vector, good in zip(vectors, expected) if outcome(vector) != good]
print(len(vectors), wrong)
`;

test("the example in Python agrees with all vectors", async () => {
  const { stdout, stderr } = await runCommand("python3", ["-c", CHECK, VECTORS], { cwd: FOLDER });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^\d{2,} \[\]\n$/);
});

describe("the example in Python, running", () => {
  let server: ChildProcess;
  let lines: Interface;
  let url: string;

  beforeAll(async () => {
    const env = { ...process.env, UP42_WEBHOOK_SECRET: SECRET, PORT: "0" };
    const child = spawn("python3", ["receiver.py"], {
      cwd: FOLDER,
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    server = child;
    lines = createInterface(child.stdout);
    const [line] = await once(lines, "line");
    url = String(line).replace(/^Receiving on /, "");
  });

  afterAll(async () => {
    const ended = once(server, "exit");
    server.kill();
    await ended;
  });

  test("prints a notification, and refuses a forged one", async () => {
    const created = Math.floor(Date.now() / 1000);
    const post = async (secret: string) => {
      const request = sign({ secret, body: JSON.stringify(JOB_STATUS), digest: "digest", created });
      const answer = await fetch(url, { method: "POST", ...request });
      return [answer.status, await answer.text()];
    };
    const printed = once(lines, "line");
    expect(await post(SECRET)).toEqual([204, ""]);
    expect(String(await printed)).toContain("job.status");
    expect(await post("another-secret")).toEqual([401, "signature_mismatch"]);
  });
});
