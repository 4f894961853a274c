/**
 * What every runtime has to do with the receiver, in plain JavaScript that all of them run.
 *
 * @param {typeof import("pulumi-up42/receiver")} receiver
 * @param {readonly { secret: string, now: number, headers: Record<string, string>, body: string }[]} vectors
 */
export async function check(receiver, vectors) {
  const { handleOnce, NotificationError, verifyNotification, verifyNotificationAsync, verifyWebRequest } =
    receiver;
  const codeOf = (/** @type {unknown} */ error) =>
    error instanceof NotificationError ? error.code : String(error);
  const verified = [];
  const refused = [];
  let [web, sync] = ["", ""];
  for (const { secret, now, headers, body } of vectors) {
    const options = { secret, now: () => now * 1000 };
    const result = await verifyNotificationAsync({ headers, body }, options);
    verified.push(result.notification.event);
    await verifyNotificationAsync({ headers, body }, { ...options, secret: "x" }).catch((error) =>
      refused.push(codeOf(error)),
    );
    const request = new Request("https://example.com/", { method: "POST", headers, body });
    web = (await verifyWebRequest(request, options)).label;
    try {
      sync = verifyNotification({ headers, body }, options).label;
    } catch (error) {
      sync = codeOf(error);
    }
    await handleOnce(result, receiver.createMemoryReplayStore(), () => undefined);
  }
  return { verified, refused, web, sync };
}
