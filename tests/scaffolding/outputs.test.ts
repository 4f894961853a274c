import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { removeStaleOutputs } from "../../tools/outputs.mjs";

test("what was compiled from a source that is gone is removed, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-up42-outputs-"));
  try {
    expect(await removeStaleOutputs(folder)).toEqual([]);
    const kept = ["dist/.tsbuildinfo", "dist/a/here.d.ts", "dist/a/here.js", "dist/page/page.d.ts"];
    const stale = ["dist/a/gone.d.ts", "dist/a/gone.js", "dist/gone.js"];
    for (const file of ["src/a/here.ts", ...kept, ...stale]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), "");
    }
    expect((await removeStaleOutputs(folder)).sort()).toEqual(["a/gone.d.ts", "a/gone.js", "gone.js"]);
    const left = await readdir(join(folder, "dist"), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(
      expect.arrayContaining([".tsbuildinfo", "here.d.ts", "here.js", "page.d.ts"]),
    );
    expect(left.filter((entry) => entry.isFile())).toHaveLength(kept.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
