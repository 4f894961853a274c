import { ConfigError } from "./errors";

/**
 * Waits for a dependency of this package that is loaded by `import()`: an ES module, or one that is seldom needed.
 *
 * @throws ConfigError with the way out, where Yarn's Plug'n'Play cannot find it
 */
export async function load<T>(dependency: Promise<T>): Promise<T> {
  try {
    return await dependency;
  } catch (cause) {
    const isNotFound = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    if (isNotFound && process.versions.pnp !== undefined) {
      throw new ConfigError(
        "Yarn's Plug'n'Play does not find the ES modules that this package needs: put \"nodeLinker: node-modules\" into " +
          '.yarnrc.yml, and run "yarn install".',
        { cause },
      );
    }
    throw cause;
  }
}
