import { NotificationError } from "./notification-error";
import type { VerifyOptions } from "./options";

/** How to read and verify a request. */
export type VerifyRequestOptions = VerifyOptions & {
  /** The longest body that is read, in bytes. Default 1,048,576 (1 MiB); UP42 sends far less. */
  readonly maxBodyBytes?: number | undefined;
};

/**
 * Collects the chunks of a body, up to a limit.
 *
 * @throws NotificationError `body_too_large` as soon as it is longer, `malformed_body` if it ends before it is whole,
 *   `invalid_options` if the limit is none.
 */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  { maxBodyBytes = 1_048_576 }: VerifyRequestOptions,
): Promise<Uint8Array> {
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1) {
    throw new NotificationError(
      "invalid_options",
      "The receiver is set up wrongly: maxBodyBytes must be a whole number above 0.",
    );
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > maxBodyBytes) {
        throw tooLarge(maxBodyBytes);
      }
      parts.push(chunk);
    }
  } catch (error) {
    throw error instanceof NotificationError ? error : incomplete(error);
  }
  return joined(parts, length);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function tooLarge(maxBodyBytes: number): NotificationError {
  return new NotificationError(
    "body_too_large",
    `The body is longer than ${maxBodyBytes} bytes, and UP42 sends far less: refuse the request` +
      " (maxBodyBytes allows for more).",
  );
}

function incomplete(cause: unknown): NotificationError {
  return new NotificationError(
    "malformed_body",
    "The body ended before it was whole: the sender, or a proxy on the way, closed the connection. UP42 sends it again.",
    { cause },
  );
}
