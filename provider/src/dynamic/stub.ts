/** The resources that the host serves; also the names of its exports. */
export type Handler = "webhook" | "webhookTest";

/**
 * What Pulumi keeps in the state as the "provider" of a resource: not our code, but one line that loads it from the
 * program's own node_modules. So the state stays small, no credential can be caught in it, and a new version of
 * this package takes effect at once. The text never changes: a test pins it.
 *
 * The contract is Pulumi's own: `__provider` is CommonJS source whose `handler()` gives the provider. The program's
 * folder, where Pulumi starts the host, is where Node.js looks from, so that npm, pnpm and linked layouts all work.
 */
export function stub(handler: Handler): string {
  return `exports.handler = () => require("module").createRequire(process.cwd() + "/_")("pulumi-up42/host").${handler}`;
}

/** The type token of a resource; the prefix makes Pulumi send it to its dynamic host. */
export function typeToken(resource: string): string {
  return `pulumi-nodejs:dynamic/up42:${resource}`;
}
