import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { outputTail, runCommand } from "../process.mjs";

/** Git's patterns for the manifests that have the version, or ask for it. */
const MANIFESTS = [
  "package.json",
  "provider/package.json",
  "emulator/package.json",
  ":(glob)examples/**/package.json",
];

/**
 * The version of every manifest, by its file.
 * @typedef {Readonly<Record<string, { version?: string, dependencies?: Readonly<Record<string, string>> }>>} Manifests
 */

/**
 * What CHANGELOG.md says of a version.
 *
 * @param {string} changelog
 * @param {string} version
 * @returns {string} without the heading
 * @throws {Error} when it says nothing, or has a later version above it
 */
export function changelogEntry(changelog, version) {
  const [, ...sections] = changelog.split(/^## /m);
  const titled = sections.map((section) => {
    const [title = "", ...lines] = section.split("\n");
    return { title: title.trim(), text: lines.join("\n").trim() };
  });
  const released = titled.filter(({ title, text }) => !/^unreleased$/i.test(title) || text !== "");
  const [first] = released;
  if (first === undefined || first.title.split(" ")[0] !== version) {
    throw new Error(
      `CHANGELOG.md begins with ${first === undefined ? "no version" : `"${first.title}"`} and not with ${version}: ` +
        `add "## ${version}" with what is new.`,
    );
  }
  if (first.text === "") throw new Error(`CHANGELOG.md says nothing about ${version}.`);
  return first.text;
}

/**
 * Whether all versions are the same, and the examples ask for it.
 *
 * @param {Manifests} manifests
 * @returns {string} the version
 * @throws {Error} naming what differs
 */
export function agreedVersion(manifests) {
  const version = manifests["package.json"]?.version ?? "none";
  const published = ["provider/package.json", "emulator/package.json"];
  const wrong = published.filter((file) => manifests[file]?.version !== version);
  if (wrong.length > 0) {
    const others = wrong.map((file) => `${file} has ${manifests[file]?.version ?? "none"}`);
    throw new Error(`package.json has version ${version}, but ${others.join(" and ")}.`);
  }
  const stale = Object.entries(manifests).flatMap(([file, { dependencies = {} }]) =>
    ["pulumi-up42", "up42-emulator"]
      .filter((name) => dependencies[name] !== undefined && dependencies[name] !== `^${version}`)
      .map((name) => `${file} asks for ${name} ${dependencies[name]}`),
  );
  if (stale.length > 0) throw new Error(`The version is ${version}, but ${stale.join(" and ")}.`);
  return version;
}

/**
 * A lock file may say which versions there are, but not from where they were downloaded here.
 *
 * @param {string} lock package-lock.json
 * @throws {Error} naming the first package with an address
 */
export function expectNoAddresses(lock) {
  /** @type {[string, { resolved?: string }][]} */
  const packages = Object.entries(JSON.parse(lock).packages);
  const addressed = packages.find(([, { resolved = "" }]) => /^[a-z+]+:\/\//.test(resolved));
  if (addressed !== undefined) {
    throw new Error(
      `package-lock.json has the address that ${addressed[0]} was downloaded from: ` +
        'install with the project\'s .npmrc, which leaves them out ("omit-lockfile-registry-resolved").',
    );
  }
}

/**
 * The manifests of the workspace, its packages and all examples, as far as Git knows them.
 *
 * @param {string} root the workspace's folder
 * @returns {Promise<Manifests>}
 */
export async function manifests(root) {
  const listed = await runCommand("git", ["ls-files", "-z", "--", ...MANIFESTS], { cwd: root });
  if (listed.exitCode !== 0) throw new Error(`Git does not list what ${root} has:\n${outputTail(listed)}`);
  const files = listed.stdout.split("\0").filter((file) => file !== "");
  const entries = files.map(async (file) => [file, JSON.parse(await readFile(join(root, file), "utf8"))]);
  return Object.fromEntries(await Promise.all(entries));
}
