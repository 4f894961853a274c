import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { NotificationError, verifyNotification } from "../../receiver";
import { failed, type Outcome, ok } from "./findings";

/** Signs a notification the way UP42 does, and lets the receiver of this package verify it and refuse a forged one. */
export function signatureRoundTrip(now: Date = new Date()): Outcome {
  const secret = randomBytes(32).toString("base64url");
  const request = signed(secret, now);
  try {
    verifyNotification(request, { secret, now: () => now, requireDigest: true });
  } catch (error) {
    if (error instanceof NotificationError) {
      return failed(`The receiver refuses what is signed well (${error.code}). Install pulumi-up42 again.`);
    }
    throw error;
  }
  return isRefused({ ...request, body: `${request.body} ` }, secret, now)
    ? ok("a signed notification is verified, a forged one refused")
    : failed("The receiver takes a forged notification. Install pulumi-up42 again.");
}

function isRefused(request: ReturnType<typeof signed>, secret: string, now: Date): boolean {
  try {
    verifyNotification(request, { secret, now: () => now });
    return false;
  } catch (error) {
    if (error instanceof NotificationError) {
      return true;
    }
    throw error;
  }
}

function signed(secret: string, now: Date): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify({
    event: "order.status",
    liveMode: false,
    messageId: randomUUID(),
    timestamp: now.toISOString(),
    body: { status: "PLACED" },
  });
  const date = now.toUTCString();
  const digest = `SHA-256=${createHash("sha256").update(body).digest("base64")}`;
  const signature = createHmac("sha256", secret).update(`${date}${digest}`).digest("base64");
  const created = Math.floor(now.getTime() / 1000);
  const headers = {
    date,
    digest,
    "signature-input": `up42-sig=("date" "digest");created=${created}`,
    signature: `up42-sig=${signature}`,
  };
  return { headers, body };
}
