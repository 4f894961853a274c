/**
 * Finds a version in the output of a `version` command, which may carry a `v`, a name, a suffix or warnings:
 * "v3.259.0", "go1.26.8", "3.260.0-alpha.1+dirty".
 *
 * @param {string} text
 * @returns {string | undefined} "major.minor.patch", the patch 0 when it is not given
 */
export function parseVersion(text) {
  const found = /^(?:[a-z]+ ?)?v?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/im.exec(text);
  return found ? `${found[1]}.${found[2]}.${found[3] ?? 0}` : undefined;
}

/**
 * Compares two versions by their numbers.
 *
 * @param {string} left
 * @param {string} right
 * @returns {number} negative when `left` is the older one, 0 when they are the same
 */
export function compareVersions(left, right) {
  const [leftParts, rightParts] = [left, right].map((version) => version.split(".").map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (leftParts?.[index] ?? 0) - (rightParts?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
