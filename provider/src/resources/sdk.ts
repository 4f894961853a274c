// The first thing that the package loads. Pulumi's SDK is an optional peer, since what only receives notifications
// needs none; without it, a program gets this error instead of Node.js's own.
try {
  require("@pulumi/pulumi");
} catch (error) {
  throw isMissing(error)
    ? new Error(
        'pulumi-up42 needs @pulumi/pulumi, which is not installed: "npm install @pulumi/pulumi", or the same with ' +
          'pnpm or yarn. To receive notifications, import "pulumi-up42/receiver", which needs no Pulumi.',
        { cause: error },
      )
    : error;
}

/** Whether the SDK itself was not found; not, when something is missing that it needs. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "MODULE_NOT_FOUND") {
    return false;
  }
  const [firstLine = ""] = error.message.split("\n");
  return /@pulumi\/pulumi(?!\/)/.test(firstLine);
}
