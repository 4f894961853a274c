import { createHash } from "node:crypto";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import * as v from "valibot";
import { runCommand } from "../../tools/process.mjs";
import { type Listening, listenLocally } from "./listen";
import type { PackedPackages } from "./packed";

/** A registry on this machine. */
export interface TestRegistry extends Listening {
  /** What makes npm, pnpm and Yarn use it. */
  readonly env: NodeJS.ProcessEnv;
}

interface Published {
  readonly path: string;
  readonly tarball: Buffer;
  /** What a registry says of the package. */
  readonly document: (registry: string) => object;
}

const Manifest = v.looseObject({ name: v.string(), version: v.string() });

/**
 * Starts a registry that has packed packages as if they were published, and redirects for all others to the registry
 * that npm is set to. So a user's own commands install what is in this repository.
 *
 * @param root where package managers keep what they run; what npm has downloaded before is used again
 */
export async function startRegistry(packed: PackedPackages, root: string): Promise<TestRegistry> {
  const [upstream = "", cache = ""] = await Promise.all(["registry", "cache"].map(npmSetting));
  const published = await Promise.all(Object.values(packed).map(publish));
  const byPath = new Map(
    published.flatMap(([name, one]) => [[`/${name}`, one] as const, [one.path, one] as const]),
  );
  let url = "";
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const found = byPath.get(path);
    if (found === undefined) {
      response.writeHead(307, { location: upstream.replace(/\/$/, "") + path }).end();
    } else if (path === found.path) {
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(found.tarball);
    } else {
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(found.document(url)));
    }
  });
  const listening = await listenLocally(server);
  url = listening.url;
  const own = join(root, "npm");
  await mkdir(own, { recursive: true });
  await symlink(join(cache, "_cacache"), join(own, "_cacache"));
  return {
    ...listening,
    env: {
      npm_config_registry: `${url}/`,
      pnpm_config_registry: `${url}/`,
      npm_config_cache: own,
      YARN_NPM_REGISTRY_SERVER: url,
      YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
      // Yarn keeps packages by name and version, and would take what an earlier run has packed.
      YARN_GLOBAL_FOLDER: join(root, "yarn"),
    },
  };
}

async function publish(file: string): Promise<readonly [string, Published]> {
  const { stdout } = await runCommand("tar", ["-xzOf", file, "package/package.json"]);
  const manifest = v.parse(Manifest, JSON.parse(stdout));
  const { name, version } = manifest;
  const tarball = await readFile(file);
  const path = `/${name}/-/${basename(file)}`;
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const document = (registry: string): object => ({
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist: { tarball: registry + path, integrity } } },
    // Package managers may refuse what is too new.
    time: { [version]: "2026-01-01T00:00:00.000Z" },
  });
  return [name, { path, tarball, document }];
}

async function npmSetting(name: string): Promise<string> {
  const { stdout } = await runCommand("npm", ["config", "get", name]);
  return stdout.trim();
}
