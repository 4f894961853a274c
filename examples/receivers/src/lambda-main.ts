import { createMemoryReplayStore } from "pulumi-up42/receiver";
import { createHandler } from "./aws-lambda";

/** The entry point of the function: "lambda-main.handler". */
export const handler = createHandler(
  process.env.UP42_WEBHOOK_SECRET ?? "",
  createMemoryReplayStore(), // of this instance only: replay-stores.ts has stores that all instances share
  (notification) => console.log(notification.event, notification.body),
);
