import type { RemoteWebhook } from "../../up42/webhook";
import type { Call } from "../resource";
import { sameEvents } from "./compare";
import type { WebhookInputs } from "./fields";

/** Says after a write what the user may not expect: a webhook that sends nothing, or one that UP42 changed. */
export function reportOutcome({ reporter }: Call, inputs: WebhookInputs, written: RemoteWebhook): void {
  const subject = `Webhook "${inputs.name}" (${written.id})`;
  if (written.active !== inputs.active) {
    reporter.warn(
      `${subject}: UP42 answered active: ${written.active}, although the program sets ${inputs.active}.`,
    );
  } else if (!written.active) {
    reporter.info(`${subject} is inactive: UP42 sends no notifications. Set active: true to receive them.`);
  }
  if (!sameEvents(written.events, inputs.events)) {
    const asked = inputs.events.join(", ");
    reporter.warn(
      `${subject}: UP42 answered the events ${written.events.join(", ")}, although the program sets ${asked}.`,
    );
  }
}
