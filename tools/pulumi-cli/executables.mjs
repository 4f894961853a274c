import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** @param {string} name @param {readonly string[]} folders */
export function findExecutable(name, folders) {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * Where Pulumi looks for its hosts besides PATH: beside itself, also where a symbolic link leads.
 *
 * @param {string} binary
 */
export function foldersBeside(binary) {
  return [dirname(binary), dirname(realpathSync(binary))];
}

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
