import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTail, runCommand } from "../process.mjs";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A component as a team shares it: a package of its own, which brings what it needs. */
const COMPONENTS = `const pulumi = require("@pulumi/pulumi");
const { Webhook, WebhookTest } = require("pulumi-up42");

exports.Notifications = class Notifications extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("acme:index:Notifications", name, {}, opts);
    this.webhook = new Webhook(name, args, { parent: this });
    this.test = new WebhookTest(name, { webhook: this.webhook }, { parent: this });
    this.registerOutputs({});
  }
};
`;

const ARGS = `{
  url: process.env.RECEIVER_URL,
  events: ["order.status"],
  secret: pulumi.secret(process.env.RECEIVER_SECRET),
  active: true,
}`;

/** A program with a component, and a webhook of its own. */
export const BOTH = `const pulumi = require("@pulumi/pulumi");
const { Webhook } = require("pulumi-up42");
const { Notifications } = require("acme-components");

const notifications = new Notifications("team", ${ARGS});
const webhook = new Webhook("own", { ...${ARGS}, name: pulumi.interpolate\`\${notifications.webhook.name}-2\` });
exports.webhookId = webhook.id;
exports.testsSucceeded = notifications.test.testsSucceeded;
exports.verifies = true;
`;

/** A program that has the package only through a component. */
export const COMPONENT_ALONE = `const pulumi = require("@pulumi/pulumi");
const { Notifications } = require("acme-components");

exports.testsSucceeded = new Notifications("team", ${ARGS}).test.testsSucceeded;
exports.verifies = true;
`;

/**
 * Packs a workspace of this repository, as it is published.
 *
 * @param {string} folder of the workspace, or of any other package
 * @param {string} destination
 * @returns {Promise<string>} the tarball
 */
export async function pack(folder, destination) {
  const args = ["pack", "--json", "--pack-destination", destination];
  const result = await runCommand("npm", args, { cwd: resolve(ROOT, folder) });
  if (result.exitCode !== 0) throw new Error(`"npm pack" in ${folder} failed:\n${outputTail(result)}`);
  const [packed] = Object.values(JSON.parse(result.stdout));
  return join(destination, packed.filename);
}

/**
 * Packs a package with the component, and another version of pulumi-up42 that it brings along.
 *
 * @param {string} destination
 * @param {{ sdk: string, provider: string }} versions the SDK that it asks for, and the tarball of pulumi-up42 that
 *   the program has itself
 * @returns {Promise<{ separate: string, shared: string }>} with other versions of both; with the program's own
 */
export async function packComponents(destination, { sdk, provider }) {
  const other = join(destination, "other-pulumi-up42");
  const isPublished = (/** @type {string} */ path) => !/node_modules|\/src\b/.test(path.slice(ROOT.length));
  await cp(join(ROOT, "provider"), other, { recursive: true, filter: isPublished });
  const manifest = JSON.parse(await readFile(join(other, "package.json"), "utf8"));
  await writeFile(join(other, "package.json"), JSON.stringify({ ...manifest, version: "0.0.1-other" }));
  const otherProvider = await pack(other, destination);
  return {
    separate: await packComponent("separate", {
      "@pulumi/pulumi": sdk,
      "pulumi-up42": `file:${otherProvider}`,
    }),
    shared: await packComponent("shared", { "pulumi-up42": `file:${provider}` }),
  };

  /**
   * @param {string} version
   * @param {Readonly<Record<string, string>>} dependencies
   */
  async function packComponent(version, dependencies) {
    const folder = join(destination, version);
    await mkdir(folder);
    const content = { name: "acme-components", version: `1.0.0-${version}`, main: "index.js", dependencies };
    const peers = { "@pulumi/pulumi": "*" };
    const described = "@pulumi/pulumi" in dependencies ? content : { ...content, peerDependencies: peers };
    await writeFile(join(folder, "package.json"), JSON.stringify(described));
    await writeFile(join(folder, "index.js"), COMPONENTS);
    return await pack(folder, destination);
  }
}
