import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import * as v from "valibot";
import { ownEnvironment } from "../../tools/pulumi-project.mjs";

const Answer = v.object({ folder: v.string(), port: v.number() });

/** One process for all programs of a test file. */
let host: ChildProcess | undefined;

afterAll(() => host?.disconnect());

/**
 * Lets the programs of a project run in a process that has Pulumi's SDK loaded already, as the Automation API runs
 * inline programs. Starting one for each command takes half of the command's time. For programs in JavaScript that look
 * at nothing of their process.
 *
 * @param folder of the project
 * @returns what the CLI finds the program by
 */
export async function hostProgram(folder: string): Promise<string> {
  host ??= fork(join(__dirname, "hosted-programs.mjs"), { env: ownEnvironment(), stdio: "inherit" });
  const running = host;
  const port = await new Promise<number>((resolve, reject) => {
    const end = (code: number | null) =>
      reject(new Error(`The programs' process ended with exit code ${code}.`));
    const receive = (message: unknown) => {
      const answer = v.parse(Answer, message);
      if (answer.folder !== folder) {
        return;
      }
      running.off("message", receive).off("exit", end);
      resolve(answer.port);
    };
    running.on("message", receive).once("exit", end);
    running.send(folder);
  });
  return `--client=127.0.0.1:${port}`;
}
