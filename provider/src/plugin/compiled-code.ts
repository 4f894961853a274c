import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

/** What Node.js has from 22 on: compiled code is kept in a folder, from one process to the next. */
interface CompileCache {
  readonly enableCompileCache?: (folder: string) => unknown;
}

const HASH_BYTES = 32;

/**
 * Makes `require` use the code that V8 compiled in an earlier process, since compiling a large file takes longer than all
 * else that happens at a start. A process that exits keeps what it compiled.
 *
 * @param file The path of a CommonJS module, which is required next.
 * @param folder Where compiled code is kept. Where it cannot be written, nothing is kept.
 */
export function keepCompiled(file: string, folder: string): void {
  const { enableCompileCache }: CompileCache & typeof Module = Module;
  if (enableCompileCache === undefined) {
    load(file, folder);
  } else {
    enableCompileCache(folder);
  }
}

/** What Node.js 20 and 21 lack. The name says what the code was compiled from, and by what. */
function load(file: string, folder: string): void {
  const source = readFileSync(file);
  const kept = join(folder, `${process.version}-${process.arch}-${hashOf(source).toString("hex")}`);
  const script = new Script(Module.wrap(source.toString()), { filename: file, cachedData: read(kept) });
  if (script.cachedDataRejected !== false) {
    process.once("exit", () => write(kept, script));
  }
  const module = new Module(file);
  require.cache[file] = module;
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
}

function hashOf(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** V8 trusts the code that it is given, so its hash stands in front of it: a machine may lose power while it is written. */
function read(file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    const code = bytes.subarray(HASH_BYTES);
    return hashOf(code).equals(bytes.subarray(0, HASH_BYTES)) ? code : undefined;
  } catch {
    // The first process finds none.
    return undefined;
  }
}

/** The file appears whole, since another process may read it. */
function write(file: string, script: Script): void {
  const part = `${file}.${process.pid}`;
  try {
    const code = script.createCachedData();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(part, Buffer.concat([hashOf(code), code]));
    renameSync(part, file);
  } catch {
    rmSync(part, { force: true });
  }
}
