import type { StoredWebhook } from "up42-emulator";
import type { Colleague } from "../support/up42-account";
import type { Properties } from "./host";
import type { Interruption } from "./interruptions";
import type { FaultyProxy } from "./proxy";

/** The webhooks of a program, by resource; one whose key begins with {@link IN_COMPONENT} belongs to a component. */
export type Program = ReadonlyMap<string, Properties>;

export const IN_COMPONENT = "group/";

/** One command of Pulumi's, with the program as it is then. */
export interface Command {
  readonly kind: "up" | "refresh" | "destroy";
  readonly program: Program;
  /** `--target`: only these resources. */
  readonly targets?: readonly string[];
  /** `--target-replace`: this resource. */
  readonly replaced?: string;
  /** Whether that resource has `deleteBeforeReplace`. */
  readonly deletesFirst?: boolean;
}

/** An entry of the stack's state. */
export interface Entry {
  readonly name: string;
  readonly id: string;
}

/** What went wrong in a command, by resource. */
export type Failures = ReadonlyMap<string, string>;

/** In place of a resource, for what went wrong with no resource in particular. */
export const WHOLE_COMMAND = "(command)";

/** How a command is run. */
export interface Circumstances {
  readonly interruption?: Interruption | undefined;
  /** Whether it has all the time it wants, for the recovery: a busy machine must not look like a fault. */
  readonly isCalm?: boolean;
}

/** A stack on which commands can be run: Pulumi's host alone with an engine of ours, or the real CLI. */
export interface Stack {
  /** The interruptions that took place; counting takes them out. */
  readonly interruptions: string[];
  /** Whether the provider hears of the resources that are not targeted. */
  readonly seesUntargeted: boolean;
  run(command: Command, circumstances: Circumstances): Promise<Failures>;
  entries(): Promise<readonly Entry[]>;
  /** Whether updates or deletes were cut off, so that a refresh is due: Pulumi warns, or reports that its host is gone. */
  hasPendingOperations(): Promise<boolean>;
  /** `pulumi state delete` */
  forget(name: string): Promise<void>;
  /** Everything in which no secret may be, by where it is. */
  texts(): Promise<Readonly<Record<string, string>>>;
  /** Resolves when nothing is on its way any more from hosts whose CLI was killed. */
  quiet(): Promise<void>;
  /** Waits for what interrupted commands left behind, and ends it. */
  close(): Promise<void>;
}

/** What is around a stack: UP42, the network before it, and a colleague. */
export interface Surroundings {
  readonly proxy: FaultyProxy;
  /** The webhooks that UP42 has in the stack's workspace. */
  webhooks(): StoredWebhook[];
  /** Logs in past the proxy, as a colleague beside the stack. Logs in each time: a run is longer than a token lives. */
  colleague(): Promise<Colleague>;
}
