import type { RecordedRequest } from "./recorded-request";

/** What stands for a credential or a secret. */
const HIDDEN = "[hidden]";
const SECRETS = new Set([
  "secret",
  "password",
  "refresh_token",
  "access_token",
  "client_secret",
  "projectapikey",
]);
const SECRET_HEADERS = ["authorization", "proxy-authorization", "cookie"];

/** A request to UP42's API as the page shows it: credentials, tokens and webhooks' secrets are hidden. */
export interface LoggedRequest extends Omit<RecordedRequest, "headers" | "body"> {
  readonly headers: Readonly<Record<string, string>>;
  /** As text; indented when it was JSON. Null when there was none. */
  readonly body: string | null;
}

/** Hides what gives access: in the headers, the query and the body. */
export function toLoggedRequest(request: RecordedRequest): LoggedRequest {
  const { headers, body, query, error, ...rest } = request;
  const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  const unreadable = typeof body === "string" && !form;
  return {
    ...rest,
    ...(query === undefined ? {} : { query: hideInForm(query) }),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, hideInHeader(name, [value].flat().join(", "))]),
    ),
    body: unreadable ? `${HIDDEN}: ${body.length} characters that are not JSON` : hideInBody(body),
    // A parser's message quotes what it can't read.
    ...(error === undefined ? {} : { error: unreadable ? (error.split(":")[0] ?? "") : error }),
  };
}

function hideInHeader(name: string, value: string): string {
  if (!SECRET_HEADERS.includes(name)) {
    return value;
  }
  const scheme = /^(Bearer|Basic) /i.exec(value)?.[0] ?? "";
  return `${scheme}${HIDDEN}`;
}

function hideInBody(body: unknown): string | null {
  if (body === undefined) {
    return null;
  }
  if (typeof body === "string") {
    return hideInForm(body);
  }
  const hide = (name: string, value: unknown) => (isSecret(name) && value !== "" ? HIDDEN : value);
  return JSON.stringify(body, hide, 2);
}

function hideInForm(form: string): string {
  const pairs = [...new URLSearchParams(form)].map(([name, value]) => {
    // What is no form at all, such as JSON under a wrong content type, is read as one long name.
    if (!/^[\w.-]+$/.test(name)) {
      return HIDDEN;
    }
    return `${name}=${isSecret(name) ? HIDDEN : encodeURIComponent(value)}`;
  });
  return pairs.join("&");
}

function isSecret(name: string): boolean {
  return SECRETS.has(name.toLowerCase());
}
