import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { agreedVersion, changelogEntry, expectNoAddresses, manifests } from "../../tools/release/checks.mjs";
import { WORKSPACE } from "../support/pulumi";

describe("the changelog's entry", () => {
  const changelog =
    "# Changelog\n\nAll changes.\n\n## 0.2.0 - 2027-01-01\n\n- New.\n- More.\n\n## 0.1.0\n\n- First.\n";

  test("is what is below the version, up to the next", () => {
    expect(changelogEntry(changelog, "0.2.0")).toBe("- New.\n- More.");
  });

  test.each([
    ["0.3.0", changelog, /begins with "0\.2\.0 - 2027-01-01" and not with 0\.3\.0: add "## 0\.3\.0"/],
    ["0.1.0", changelog, /begins with "0\.2\.0/],
    ["0.1.0", "# Changelog\n", /begins with no version/],
    ["0.1.0", "# Changelog\n\n## 0.1.0\n\n", /says nothing about 0\.1\.0/],
    [
      "0.1.0",
      "# Changelog\n\n## Unreleased\n\n- Not yet.\n\n## 0.1.0\n\n- First.\n",
      /begins with "Unreleased"/,
    ],
  ])("of %s is missed", (version, text, message) => {
    expect(() => changelogEntry(text, version)).toThrow(message);
  });

  test("may have an empty section above for what comes next", () => {
    expect(changelogEntry("## Unreleased\n\n## 0.1.0\n\n- First.\n", "0.1.0")).toBe("- First.");
  });
});

describe("the versions", () => {
  const agreed = {
    "package.json": { version: "0.2.0" },
    "provider/package.json": { version: "0.2.0" },
    "emulator/package.json": { version: "0.2.0" },
    "examples/a/package.json": { version: "0.1.0", dependencies: { "pulumi-up42": "^0.2.0" } },
  };

  test("agree", () => {
    expect(agreedVersion(agreed)).toBe("0.2.0");
  });

  test("differ between the packages", () => {
    const manifests = { ...agreed, "emulator/package.json": { version: "0.1.9" } };
    expect(() => agreedVersion(manifests)).toThrow("emulator/package.json has 0.1.9");
  });

  test("are not what an example asks for", () => {
    const manifests = {
      ...agreed,
      "examples/b/package.json": { dependencies: { "up42-emulator": "^0.1.0" } },
    };
    expect(() => agreedVersion(manifests)).toThrow("examples/b/package.json asks for up42-emulator ^0.1.0");
  });
});

describe("this workspace", () => {
  test("has versions that agree, in the manifests of the packages and of every example", async () => {
    const found = await manifests(WORKSPACE);
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        "package.json",
        "provider/package.json",
        "emulator/package.json",
        "examples/webhook/package.json",
        "examples/policy/program/package.json",
      ]),
    );
    expect(agreedVersion(found)).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("is checked and tested before anything is published", async () => {
    const workflow = parse(await readFile(join(WORKSPACE, ".github", "workflows", "release.yml"), "utf8"));
    const steps: { run?: string }[] = workflow.jobs.publish.steps;
    const commands = steps.map(({ run = "" }) => run);
    const published = commands.findIndex((run) => run.startsWith("npm publish"));
    expect(published).toBeGreaterThan(0);
    expect(commands.slice(0, published)).toEqual(
      expect.arrayContaining([".ci/run", expect.stringMatching(/^npm run release:check .*--tag/)]),
    );
  });
});

describe("the lock file", () => {
  const lock = (resolved?: string) =>
    JSON.stringify({ packages: { "": {}, "node_modules/a": { version: "1.0.0", resolved } } });

  test.each([undefined, "provider", "file:../a.tgz"])("may lead to %s", (resolved) => {
    expect(() => expectNoAddresses(lock(resolved))).not.toThrow();
  });

  test.each(["https://packages.example/a.tgz", "git+ssh://git@host.example/a.git"])(
    "may not lead to %s",
    (resolved) => {
      expect(() => expectNoAddresses(lock(resolved))).toThrow(
        /address that node_modules\/a was downloaded from/,
      );
    },
  );
});
