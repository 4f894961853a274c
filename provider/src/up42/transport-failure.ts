import { TransportError } from "./errors";
import { ProxyRefusal } from "./proxy/agents";
import { type HttpProxy, spellProxy } from "./proxy/proxy";

/** System calls that come before a connection is made: when one of them fails, the request never left. */
const BEFORE_SENDING = new Set(["connect", "getaddrinfo", "queryA", "queryAaaa"]);
const CERTIFICATE = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/;
const CLOSED = new Set(["ECONNRESET", "EPIPE"]);
/** Error codes of TLS against a server without it, and the other way round. */
const OTHER_PROTOCOL = /^(EPROTO|ERR_SSL_|HPE_)/;
/** Refusals of a moment. */
const TRANSIENT = new Set([408, 425, 429]);

/** What messages say of a request. */
interface Sent {
  readonly method: string;
  readonly url: string;
  readonly timeoutMs: number;
}

/** A failed attempt at a request. */
export interface FailedAttempt {
  readonly request: Sent;
  readonly proxy: HttpProxy | undefined;
  /** Whether it came no further than the proxy. */
  readonly endedAtProxy: boolean;
  readonly error: unknown;
}

/** Whether a certificate was refused. */
export function isUntrusted(error: unknown): boolean {
  return CERTIFICATE.test(describe(error).code);
}

/** Whether a failed request never left this machine, or only as far as a proxy that refused it. */
export function neverLeft(error: unknown): boolean {
  return error instanceof ProxyRefusal || isUntrusted(error) || BEFORE_SENDING.has(describe(error).syscall);
}

/** @param issuer Who issued the certificate, if one was refused. */
export function transportError(attempt: FailedAttempt, issuer?: string): TransportError {
  const { request, proxy, error } = attempt;
  if (proxy !== undefined && attempt.endedAtProxy) {
    return proxyError(attempt, proxy, issuer);
  }
  const target = `${request.method} ${request.url}`;
  const through = proxy === undefined ? "" : ` by way of ${spellProxy(proxy)}`;
  if (isTimeout(error)) {
    const message = `${target} was not answered within ${seconds(request)} s${through}`;
    return new TransportError(message, { sent: "maybe" }, { cause: error });
  }
  const { code, message } = describe(error);
  if (CERTIFICATE.test(code)) {
    const { problem, nextStep } = certificateProblem(code, issuer);
    return new TransportError(
      `${target} failed${through}: the server's TLS certificate ${problem}`,
      { sent: "no", final: true },
      { cause: error, code: "certificate", nextStep },
    );
  }
  const sent = neverLeft(error) ? "no" : "maybe";
  return new TransportError(`${target} failed${through}: ${code || message}`, { sent }, { cause: error });
}

/** The proxy let nothing through, so nothing was sent to UP42. */
function proxyError(
  { request, error }: FailedAttempt,
  proxy: HttpProxy,
  issuer: string | undefined,
): TransportError {
  const { problem, nextStep, final = false } = proxyProblem(error, proxy, request, issuer);
  return new TransportError(
    `${request.method} ${request.url} failed at ${spellProxy(proxy)}: it ${problem}`,
    { sent: "no", final },
    { cause: error, code: "proxy", nextStep },
  );
}

interface Problem {
  readonly problem: string;
  readonly nextStep: string;
  readonly final?: boolean;
}

function proxyProblem(
  error: unknown,
  { variable, isSecure, authorization }: HttpProxy,
  request: Sent,
  issuer: string | undefined,
): Problem {
  const { hostname } = new URL(request.url);
  const nextStep = `Check ${variable}, or list ${hostname} in NO_PROXY if it can be reached without the proxy`;
  if (isTimeout(error)) {
    return { problem: `did not answer within ${seconds(request)} s`, nextStep };
  }
  if (error instanceof ProxyRefusal) {
    const { status, message } = error;
    return {
      problem: `answered HTTP ${status} (${message})`,
      nextStep: status === 407 ? credentialsStep(variable, authorization !== undefined) : nextStep,
      final: status < 500 && !TRANSIENT.has(status),
    };
  }
  const { code, message } = describe(error);
  if (CERTIFICATE.test(code)) {
    const { problem, nextStep: step } = certificateProblem(code, issuer);
    return { problem: `has a TLS certificate that ${problem}`, nextStep: step, final: true };
  }
  if (CLOSED.has(code)) {
    return { problem: `closed the connection instead of answering (${code})`, nextStep };
  }
  if (OTHER_PROTOCOL.test(code)) {
    const [spoken, other] = isSecure ? ["TLS", "http://"] : ["HTTP", "https://"];
    const step = `Check ${variable}: its address may have to start with ${other}`;
    return { problem: `does not speak ${spoken} (${code})`, nextStep: step };
  }
  return { problem: `cannot be reached (${code || message})`, nextStep };
}

function credentialsStep(variable: string, hasCredentials: boolean): string {
  return hasCredentials
    ? `Correct the proxy's credentials in ${variable}`
    : `Put the proxy's credentials into ${variable}, as in http://user:password@proxy.example.com:3128`;
}

/** Completes "the certificate …". */
function certificateProblem(code: string, issuer: string | undefined): Problem {
  const issued = issuer === undefined ? "" : `; "${issuer}" issued it`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      problem: `is for another host (${code}${issued})`,
      nextStep: "Check the address, and whether something else answers in this host's place",
    };
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return {
      problem: `is not valid today (${code}${issued})`,
      nextStep: "Check this machine's clock; if it is right, the host needs a new certificate",
    };
  }
  return {
    problem: `is not trusted (${code}${issued})`,
    nextStep:
      "If you trust who issued it, set NODE_EXTRA_CA_CERTS to the file of that authority's certificate, or " +
      "NODE_OPTIONS=--use-system-ca if this machine's system trusts it (Node.js 22.15 and newer)",
  };
}

function isTimeout(error: unknown): boolean {
  const { name } = describe(error);
  return name === "AbortError" || name === "TimeoutError";
}

function seconds({ timeoutMs }: Sent): number {
  return Math.round(timeoutMs / 100) / 10;
}

interface Described {
  readonly code: string;
  readonly syscall: string;
  readonly name: string;
  readonly message: string;
}

/** Errors of Node.js and of node-fetch have their fields in different places. */
function describe(error: unknown): Described {
  const field = (name: string): string => {
    const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
    return typeof value === "string" ? value : "";
  };
  return {
    code: field("code"),
    syscall: field("erroredSysCall") || field("syscall"),
    name: field("name"),
    message: field("message") || String(error),
  };
}
