import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { outputTail, runCommand } from "../process.mjs";

/**
 * Completes Pulumi's language host for Node.js. The newest that the Go module proxy has is older than the engine, and
 * cannot run policy packs (`pulumi up --policy-pack`): its method RunPlugin answers "not supported". A package of a
 * module in Go's cache cannot be changed, nor imported when it is a program. So its files are compiled as if they lay
 * beside ours, in language-nodejs/host, by an overlay; with the name of its RunPlugin changed, since ours has that.
 */

const SDK = "github.com/pulumi/pulumi/sdk/v3";
const SOURCES = "nodejs/cmd/pulumi-language-nodejs";
const UNSUPPORTED = ") RunPlugin(";

/**
 * Writes an overlay for `go build ./host`.
 *
 * @param {string} module the folder of the Go module language-nodejs
 * @param {string} work a folder for temporary files
 * @returns {Promise<string>} the overlay's file
 * @throws {Error} when the SDK cannot be fetched, or is not as expected
 */
export async function languageHostOverlay(module, work) {
  const sources = join(await downloadedSdk(module), SOURCES);
  const names = (await readdir(sources)).filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"));
  const main = await readFile(join(sources, "main.go"), "utf8");
  if (main.split(UNSUPPORTED).length !== 2)
    throw new Error(`${sources}/main.go has not one method RunPlugin.`);
  const completed = join(work, "main.go");
  await writeFile(completed, main.replace(UNSUPPORTED, ") runPluginIsNotSupported("));
  const replace = Object.fromEntries(names.map((name) => [join(module, "host", name), join(sources, name)]));
  const overlay = join(work, "overlay.json");
  const content = { Replace: { ...replace, [join(module, "host", "main.go")]: completed } };
  await writeFile(overlay, JSON.stringify(content));
  return overlay;
}

/** @param {string} module */
async function downloadedSdk(module) {
  const result = await runCommand("go", ["mod", "download", "-json", SDK], { cwd: module });
  if (result.exitCode !== 0) {
    throw new Error(
      `Fetching ${SDK} failed:\n${outputTail(result)}\n` +
        "It comes from the Go module proxy: check the network (GOPROXY, HTTPS_PROXY) and try again.",
    );
  }
  return JSON.parse(result.stdout).Dir;
}
