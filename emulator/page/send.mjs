// The dialog that makes an event happen.

import { post } from "./api.mjs";
import { element, find } from "./dom.mjs";
import { clearOutcome, watch } from "./outcome.mjs";

/** @typedef {import("./api.mjs").WebhookEvent} WebhookEvent */

/** Statuses that UP42's own examples act on, by an event's category. */
const STATUSES = new Map([
  ["order", ["FULFILLED", "FAILED_PERMANENTLY", "FAILED PERMANENTLY"]],
  ["job", ["SUCCEEDED", "FAILED", "ERROR", "CANCELLED"]],
]);

const dialog = find("#send", HTMLDialogElement);
const eventField = find("#event", HTMLSelectElement);
const statusField = find("#status", HTMLInputElement);
const failure = find("#send-error", HTMLElement);
/** @type {WebhookEvent[]} */
let knownEvents = [];

find("#open-send", HTMLElement).addEventListener("click", () => {
  failure.textContent = "";
  dialog.showModal();
});
find("#cancel-send", HTMLElement).addEventListener("click", () => dialog.close());
eventField.addEventListener("change", suggestStatuses);
find("#send-form", HTMLFormElement).addEventListener("submit", async (submission) => {
  submission.preventDefault();
  try {
    await watch(trigger);
    dialog.close();
  } catch (error) {
    clearOutcome();
    failure.textContent = error instanceof Error ? error.message : String(error);
  }
});

/** @param {WebhookEvent[]} events */
export function offerEvents(events) {
  knownEvents = events;
  eventField.replaceChildren(...events.map(({ name }) => element("option", {}, name)));
  suggestStatuses();
}

async function trigger() {
  const status = statusField.value.trim();
  const event = eventField.value;
  const started = await post("trigger", { event, ...(status === "" ? {} : { status }) });
  if (started.length === 0) {
    throw new Error(`Nothing sent: no active webhook is subscribed to ${event}.`);
  }
  return started;
}

function suggestStatuses() {
  const category = knownEvents.find(({ name }) => name === eventField.value)?.category ?? "";
  const suggestions = (STATUSES.get(category) ?? []).map((value) => element("option", { value }));
  find("#statuses", HTMLDataListElement).replaceChildren(...suggestions);
  statusField.value = "";
}
