import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A package as npm's lock files list it; only what distinguishes two installations.
 * @typedef {{ version?: string, resolved?: string, integrity?: string, link?: boolean, optional?: boolean,
 *   os?: string[], cpu?: string[] }} LockedPackage
 */

/**
 * Whether node_modules holds just what package-lock.json asks for, on this platform. npm notes what it installed in
 * a lock file of its own, which it writes last: comparing the two needs no time stamps, and an installation that
 * was cut off or made by hand is judged by its content.
 *
 * @param {string} root the folder with package-lock.json
 */
export async function isInstalled(root) {
  const [wanted, installed] = await Promise.all([
    lockedPackages(join(root, "package-lock.json")),
    lockedPackages(join(root, "node_modules", ".package-lock.json")),
  ]);
  return wanted !== undefined && installed !== undefined && satisfies(wanted, installed, process);
}

/**
 * @param {Record<string, LockedPackage>} wanted by path, as in package-lock.json
 * @param {Record<string, LockedPackage>} installed by path, as in node_modules/.package-lock.json
 * @param {{ platform: string, arch: string }} machine
 */
export function satisfies(wanted, installed, { platform, arch }) {
  const isHere = Object.entries(wanted).every(([path, entry]) => {
    const actual = installed[path];
    // The entry without a path is the workspace itself; an optional package is only installed where it can run.
    return actual === undefined ? path === "" || entry.optional === true : isSame(entry, actual);
  });
  const isFitting = Object.entries(installed).every(
    ([path, { os = [platform], cpu = [arch] }]) =>
      path in wanted && allows(os, platform) && allows(cpu, arch),
  );
  return isHere && isFitting;
}

/**
 * @param {LockedPackage} left
 * @param {LockedPackage} right
 */
function isSame(left, right) {
  // A link leads to a package of the workspace. What else "resolved" says depends on the registry in use.
  const target = (/** @type {LockedPackage} */ entry) => (entry.link ? entry.resolved : undefined);
  return (
    left.version === right.version && left.integrity === right.integrity && target(left) === target(right)
  );
}

/**
 * Whether a package's `os` or `cpu` list, of names that are allowed or with a "!" not allowed, allows this one.
 *
 * @param {readonly string[]} list
 * @param {string} name
 */
function allows(list, name) {
  if (list.includes(`!${name}`)) return false;
  return list.includes(name) || list.every((item) => item.startsWith("!"));
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, LockedPackage> | undefined>} nothing when it is missing or not readable as JSON
 */
async function lockedPackages(file) {
  try {
    return JSON.parse(await readFile(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}
