import * as find from "../lifecycle/webhook/find";
import { type AccountOptions, openSession, reporter } from "./account";
import { print, printJson, table } from "./output";

/** The options of `pulumi-up42 events`. */
export interface EventsOptions extends AccountOptions {
  readonly json?: boolean;
}

/** Prints the events that UP42 can notify of. */
export async function listEvents(options: EventsOptions): Promise<void> {
  const events = await find.listEvents(await openSession(options), { reporter });
  if (options.json === true) {
    printJson(events);
    return;
  }
  const rows = events.map(({ name, category, description }) => [name, category, description]);
  print(table(["EVENT", "CATEGORY", "DESCRIPTION"], rows));
}
