import { ConfigError } from "../up42/errors";
import { isLoopback, isPrivate } from "../up42/hosts";

/** Whether addresses may begin with `http://`, beyond this machine's. */
export interface PlainHttp {
  readonly isAllowed: boolean;
  /** How the user allows it. */
  readonly setting: string;
}

/** An address of the configuration, checked and without a trailing slash. @throws ConfigError */
export function addressOf(
  { value, from }: { readonly value: string; readonly from: string },
  plainHttp: PlainHttp,
): string {
  if (!URL.canParse(value)) {
    throw new ConfigError(`${from} is not an absolute URL; write it like https://api.up42.com.`);
  }
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") {
    throw new ConfigError(`${from} carries credentials in its URL; set them on their own instead.`);
  }
  if (url.protocol !== "https:" && !isPlainHttp(url, plainHttp)) {
    throw new ConfigError(
      `${from} must start with https://, since credentials are sent there; http:// is only for this machine, and for ` +
        `hosts of private networks with ${plainHttp.setting}.`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** Whether both the API and the login are there, since UP42's own addresses begin with https://. */
export function isEmulator(address: string): boolean {
  const url = new URL(address);
  return url.protocol === "http:" || isLoopback(url);
}

function isPlainHttp(url: URL, { isAllowed }: PlainHttp): boolean {
  return url.protocol === "http:" && (isLoopback(url) || (isAllowed && isPrivate(url)));
}
