import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkInstallation } from "../../provider/src/dynamic/installation";
import { ConfigError } from "../../provider/src/up42/errors";
import { load } from "../../provider/src/up42/load";
import { WORKSPACE } from "../support/pulumi";

const RUN = "/somewhere/node_modules/@pulumi/pulumi/cmd/run";
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pulumi-up42-installation-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a program", () => {
  test("whose folder has the package is run", () => {
    expect(() =>
      checkInstallation({ script: RUN, folder: join(WORKSPACE, "examples", "webhook") }),
    ).not.toThrow();
  });

  test("that goes to another folder has its host in the one in which it was started", () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(() => checkInstallation({ script: RUN })).not.toThrow();
    } finally {
      process.chdir(before);
    }
  });

  test.each([RUN, `${RUN}/index.js`, String.raw`C:\node_modules\@pulumi\pulumi\cmd\run\index.js`])(
    "whose folder lacks it reads what to install there, when %s runs it",
    (script) => {
      expect(() => checkInstallation({ script, folder })).toThrow(
        `pulumi-up42 is not installed in ${folder}, from where Pulumi's host loads it`,
      );
    },
  );

  test.each(["/app/server.js", "/node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js", ""])(
    "that %s runs may have its host in another folder",
    (script) => {
      expect(() => checkInstallation({ script, folder })).not.toThrow();
    },
  );
});

describe("a dependency that is loaded late", () => {
  const notFound = Object.assign(new Error("Cannot find package 'node-fetch' imported from retry.js"), {
    code: "ERR_MODULE_NOT_FOUND",
  });

  afterEach(() => {
    Reflect.deleteProperty(process.versions, "pnp");
  });

  function runUnderPnp(): void {
    Object.defineProperty(process.versions, "pnp", { value: "3", configurable: true });
  }

  test("is handed on", async () => {
    expect(await load(Promise.resolve("module"))).toBe("module");
  });

  test("and not found under Plug'n'Play, names the way out", async () => {
    runUnderPnp();
    const loading = load(Promise.reject(notFound));
    await expect(loading).rejects.toThrow(ConfigError);
    await expect(loading).rejects.toThrow(/nodeLinker: node-modules/);
  });

  test("and not found elsewhere, or broken, fails as it is", async () => {
    await expect(load(Promise.reject(notFound))).rejects.toBe(notFound);
    runUnderPnp();
    const broken = new SyntaxError("Unexpected token");
    await expect(load(Promise.reject(broken))).rejects.toBe(broken);
  });
});
