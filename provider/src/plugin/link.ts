import { join } from "node:path";
import type * as v from "valibot";
import { Engine } from "../engine/engine";
import { FileLog, logFolder, removeOldLogs } from "../engine/file-log";
import { activitySchema, Calls } from "../lifecycle/calls";
import { Claims, changeSchema } from "../lifecycle/claims";
import { Declarations, declarationSchema } from "../lifecycle/declarations";
import { messageOf } from "../up42/errors";
import { printable } from "../up42/printable";
import { CallReporter, EngineLog } from "./engine-log";

/** The process's connection to the engine that it works for. */
export class Link {
  /** Shared with the engine's other processes, since each explicit provider has one. */
  claims = new Claims();
  #engine: Engine | undefined;
  #log: EngineLog | undefined;
  #logFolder: string | undefined;
  #isInterrupted = false;

  /** The engine is there when it starts this process, attaches to it or shakes hands. */
  to(address: string | undefined): void {
    if (address !== undefined && address !== "" && this.#engine === undefined) {
      // Nobody is left who could call, or end this process.
      this.#engine = new Engine(address, () => process.exit(1));
      this.#engine.watch();
      this.#log = new EngineLog(address);
      this.#shareClaims(address);
    }
  }

  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** Removes the logs of engines that have ended. There may be hundreds, so the engine does not wait for it. */
  removeOldLogs(): void {
    try {
      if (this.#logFolder !== undefined) {
        removeOldLogs(this.#logFolder);
      }
    } catch (error) {
      this.reporterFor("").warn(
        `Failed to remove old logs from ${this.#logFolder}: ${printable(messageOf(error))}. Remove them yourself.`,
      );
    }
  }

  async isAbandoned(): Promise<boolean> {
    return this.#isInterrupted || ((await this.#engine?.hasEnded()) ?? false);
  }

  /** Without an engine, as when it is started by hand, messages go to standard error. */
  reporterFor(urn: string): CallReporter {
    return (
      this.#log?.forCall(urn) ??
      new CallReporter(async (_severity, message) => {
        await Promise.resolve(console.error(message));
      })
    );
  }

  /** The engine's address names its logs: no two engines of a machine have the same at one time. */
  #shareClaims(address: string): void {
    const warn = (error: unknown): void =>
      this.reporterFor("").warn(
        `Failed to share claims with other providers of this program: ${printable(messageOf(error))}. If it has several ` +
          "providers of UP42, set TMPDIR to a folder that only you can write to.",
      );
    try {
      this.#logFolder = logFolder();
      const path = join(this.#logFolder, address.replaceAll(/[^\w.]/g, "_"));
      const open = <T>(kind: string, entry: v.GenericSchema<unknown, T>) =>
        new FileLog(`${path}.${kind}`, entry, warn);
      const calls = new Calls(open("calls", activitySchema));
      const declarations = new Declarations(open("declarations", declarationSchema));
      this.claims = new Claims(open("claims", changeSchema), calls, declarations);
      // The engine has just started this process, so its calls are about to come.
      calls.touch();
    } catch (error) {
      warn(error);
    }
  }
}
