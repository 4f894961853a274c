import type { RawRequest } from "./http";
import { pickKind, type RequestClass, type RequestFault } from "./kinds";
import type { Random } from "./random";

/** Decides by chance, from a seed, which requests meet which fault. */
export class FaultPlan {
  constructor(
    readonly random: Random,
    /** How likely a request is to meet a fault. */
    private readonly probability: number,
  ) {}

  faultFor(request: RawRequest): RequestFault | undefined {
    return this.random.chance(this.probability) ? pickKind(this.random, classOf(request)) : undefined;
  }

  resetsOnAccept(): boolean {
    return this.random.chance(this.probability / 5);
  }
}

/** UP42 takes no changes: each change waits and is tried again. */
export class Outage extends FaultPlan {
  constructor(random: Random) {
    super(random, 1);
  }

  override faultFor(request: RawRequest): RequestFault | undefined {
    return ["create", "write"].includes(classOf(request)) ? "outage of a second" : undefined;
  }

  override resetsOnAccept(): boolean {
    return false;
  }
}

function classOf({ method, path }: RawRequest): RequestClass {
  if (path.endsWith("/token")) {
    return "token";
  }
  if (path.endsWith("/events")) {
    return "events";
  }
  const isOfAll = path.endsWith("/webhooks");
  if (method === "GET") {
    return isOfAll ? "list" : "read";
  }
  return isOfAll ? "create" : "write";
}
