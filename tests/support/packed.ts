import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { pack } from "../../tools/pack.mjs";
import { WORKSPACE } from "./pulumi";

/** The packages of this workspace, packed as they would be published: their tarballs by name. */
export type PackedPackages = Readonly<Record<string, string>>;

const PACKAGES = ["provider", "emulator"];
const Dependencies = v.optional(v.record(v.string(), v.string()), {});
const PublishedManifest = v.object({ name: v.string() });
const Manifest = v.looseObject({
  dependencies: Dependencies,
  devDependencies: Dependencies,
});

/** Packs the workspace's packages into a folder. */
export async function packPackages(folder: string): Promise<PackedPackages> {
  const packed = PACKAGES.map(async (workspace) => {
    const { name } = v.parse(PublishedManifest, await readManifest(join(WORKSPACE, workspace)));
    return [name, await pack(workspace, folder)] as const;
  });
  return Object.fromEntries(await Promise.all(packed));
}

/** Lets a folder's manifest, and those of folders within, depend on the packed packages instead of published ones. */
export async function usePacked(folder: string, packed: PackedPackages): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const { parentPath } of entries.filter(({ name }) => name === "package.json")) {
    const { dependencies, devDependencies, ...manifest } = v.parse(Manifest, await readManifest(parentPath));
    const replaced = (wanted: v.InferOutput<typeof Dependencies>) =>
      Object.fromEntries(
        Object.entries(wanted).map(([name, range]) => [
          name,
          name in packed ? `file:${packed[name]}` : range,
        ]),
      );
    const changed = {
      ...manifest,
      dependencies: replaced(dependencies),
      devDependencies: replaced(devDependencies),
    };
    await writeFile(join(parentPath, "package.json"), JSON.stringify(changed, null, 2));
  }
}

async function readManifest(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}
