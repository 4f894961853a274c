import { execFileSync, spawnSync } from "node:child_process";

/** A process that another one started. */
export interface Descendant {
  readonly pid: number;
  readonly command: string;
}

/** The processes that a process started, theirs included; asked for at once, before they can go. */
export function descendants(root: number): readonly Descendant[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const all = lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  const found: Descendant[] = [];
  const parents = [root];
  for (let parent = parents.shift(); parent !== undefined; parent = parents.shift()) {
    const children = all.filter((one) => one.parent === parent);
    found.push(...children.map(({ pid, command }) => ({ pid, command })));
    parents.push(...children.map(({ pid }) => pid));
  }
  return found;
}

/** Whether a process runs; one that has ended and that nobody asks for its exit code does not. */
export function isRunning(pid: number): boolean {
  const { stdout: state } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return !/^(Z|\s*$)/.test(state);
}

/** Sends a signal to processes, or to process groups by their negative id, that may have ended by themselves. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // ESRCH: it is gone already.
      if (codeOf(error) !== "ESRCH") throw error;
    }
  }
}

/** Not `instanceof Error`: Node.js's own errors are of another realm than Jest's. */
function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
