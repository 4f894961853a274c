import type { SettingName } from "../config/lookup";
import type { webhookInputFields } from "../lifecycle/webhook/fields";
import type { webhookTestInputFields } from "../lifecycle/webhook-test/fields";

/** What each property is, for the documentation that every language generates from the schema. */
type Descriptions<Name extends PropertyKey> = Readonly<Record<Name, string>>;

export const SETTING_DESCRIPTIONS: Descriptions<SettingName> = {
  username:
    "The user's name (an e-mail address), together with `password`. Default: the environment variable `UP42_USERNAME`.",
  password: "The user's password. Default: the environment variable `UP42_PASSWORD`.",
  projectId:
    "A project's id, together with `projectApiKey`. Default: the environment variable `UP42_PROJECT_ID`.",
  projectApiKey: "The project's API key. Default: the environment variable `UP42_PROJECT_API_KEY`.",
  accessToken:
    "A token that something else has logged in for; UP42's live five minutes. Default: the environment variable `UP42_ACCESS_TOKEN`.",
  workspaceId:
    "The workspace that webhooks belong to. Default: the environment variable `UP42_WORKSPACE_ID`, else the workspace of the account.",
  region: "UP42's region, `eu` or `sa`. Default: the environment variable `UP42_REGION`, else `eu`.",
  apiUrl:
    "The address of UP42's API, for the emulator or a gateway. Default: the environment variable `UP42_API_URL`, else the region's.",
  authUrl:
    "The address of UP42's login. Default: the environment variable `UP42_AUTH_URL`, else the region's.",
  allowHttp:
    "Whether `http://` may lead to hosts of private networks: to an emulator, and from there to receivers. Default: the environment variable `UP42_ALLOW_HTTP`, else `false`.",
  timeoutSeconds:
    "The time of one operation, with all tries and pauses. Default: the environment variable `UP42_TIMEOUT_SECONDS`, else 120.",
  maxRetries:
    "The most repetitions of one request. Default: the environment variable `UP42_MAX_RETRIES`, else 5.",
};

export const WEBHOOK_INPUT_DESCRIPTIONS: Descriptions<Exclude<keyof typeof webhookInputFields, "profile">> = {
  url: "Where UP42 sends notifications: an absolute `https://` URL (`http://` only for this machine, and for private networks with the setting `allowHttp`).",
  events: 'What to be notified of, for instance `["job.status", "order.status"]`; see `getWebhookEvents`.',
  name: "The webhook's name at UP42. Default: the resource's name.",
  secret:
    "Signs the notifications, so that the receiver can verify them. Always kept as a Pulumi secret. Default: none.",
  active: "Whether UP42 sends notifications. Default: `false`, as at UP42.",
  workspaceId:
    "Default: the configuration's `workspaceId`, else the workspace of the account. Another one replaces the webhook.",
  ifExists:
    "What to do when the workspace already has a webhook with this name and URL: stop with an error that names it " +
    "(`error`, the default), adopt it (`adopt`), or create a second one (`create`).",
  removeSecret:
    "Whether adopting a webhook that has a secret may remove it, when `secret` is left out. Default: `false`.",
};

export const WEBHOOK_OUTPUT_DESCRIPTIONS = {
  name: "The webhook's name at UP42.",
  url: "Where UP42 sends notifications.",
  events: "What it notifies of; the order carries no meaning.",
  active: "Whether UP42 sends notifications.",
  secret: "What signs the notifications; a Pulumi secret. Nothing when there is none.",
  workspaceId: "The workspace it belongs to.",
  createdAt: "When it was created; ISO 8601, as UP42 has it.",
  updatedAt: "When it was last changed; ISO 8601, as UP42 has it.",
};

export const WEBHOOK_TEST_INPUT_DESCRIPTIONS: Descriptions<
  Exclude<keyof typeof webhookTestInputFields, "profile">
> = {
  webhook: "The webhook to test. It is tested again whenever it changes. Give this or `webhookId`.",
  webhookId: "The id of a webhook that this program does not hold. Give this or `webhook`.",
  workspaceId:
    "Default: the webhook's, else the configuration's `workspaceId`, else the workspace of the account.",
  eventNames: "Which events to test. Default, or when empty: every event that the webhook subscribes to.",
  triggers: "The test runs again when any of these values changes, for instance the version of the receiver.",
  alwaysRun: "Whether to test on every `pulumi up`. Default: `false`.",
  timeoutSeconds:
    "How long to repeat what fails, in seconds: receivers are often deployed in the same `up`. Default: 60.",
};

export const WEBHOOK_TEST_OUTPUT_DESCRIPTIONS = {
  webhookId: "The webhook that was tested.",
  workspaceId: "Its workspace.",
  startedAt: "When the last run started; ISO 8601.",
  testsRun: "How many events were tested.",
  testsSucceeded: "How many of them arrived.",
  testsFailed: "How many did not; 0, or the deployment has failed.",
  tests: "The result for each event.",
};
