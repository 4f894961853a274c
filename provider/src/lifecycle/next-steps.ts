import type { ErrorCode } from "../up42/errors";

/** What to do after a failure of each kind; `key` spells a setting as the user has it. */
const NEXT_STEPS: Readonly<Record<ErrorCode, (key: (name: string) => string) => string>> = {
  abandoned: () => "Run the command again",
  "bad-request": () => "Correct what it names and try again",
  certificate: () =>
    "Add the certificate of the authority that signed it with NODE_EXTRA_CA_CERTS, if you trust it",
  config: () => "Correct the configuration and try again",
  credentials: (key) =>
    `Check that ${key("username")} and ${key("password")} (or ${key("projectId")} and ${key("projectApiKey")}) are right ` +
    `and belong to this region (${key("region")}); nothing was changed`,
  forbidden: (key) =>
    `Check that the credentials belong to this workspace and may manage its webhooks (${key("workspaceId")})`,
  network: (key) =>
    `Check the network, and ${key("apiUrl")} and ${key("authUrl")} if they are set, and try again`,
  "not-found": (key) => `Check ${key("workspaceId")}, and ${key("apiUrl")} if it is set`,
  "not-up42": (key) =>
    `Check what is in between (a proxy, a firewall, the network's sign-in page), and ${key("apiUrl")} and ` +
    `${key("authUrl")} if they are set; then try again`,
  proxy: () => "Put the proxy's credentials into HTTPS_PROXY",
  "rate-limited": (key) =>
    `Wait a little and try again, raise ${key("timeoutSeconds")}, or run Pulumi with a lower \`--parallel\``,
  "server-error": () => "The fault is on UP42's side: try again later",
  token: (key) =>
    `Set a new ${key("accessToken")} (UP42's live five minutes), or use ${key("username")} and ${key("password")}`,
  "unusable-answer": (key) => `Try again later; check ${key("apiUrl")} if it is set`,
  "wrong-api": (key) =>
    `Check ${key("workspaceId")}, and ${key("apiUrl")} if it is set: this does not look like UP42's API`,
};

/** The next step after a failure, with the settings of this namespace (`up42`, or `up42-<profile>`). */
export function nextStepFor(code: ErrorCode | undefined, namespace: string): string {
  const nextStep = code === undefined ? undefined : NEXT_STEPS[code];
  return nextStep?.((name) => `${namespace}:${name}`) ?? "Try again";
}
