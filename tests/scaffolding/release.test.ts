import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { readDocument } from "../docs/markdown";
import { WORKSPACE } from "../support/pulumi";

const read = async (...path: string[]): Promise<string> => await readFile(join(WORKSPACE, ...path), "utf8");

test("nothing is published before it is checked and tested", async () => {
  const { jobs } = parse(await read(".github", "workflows", "release.yml"));
  const steps: { run?: string }[] = jobs.publish.steps;
  const commands = steps.map(({ run = "" }) => run);
  const published = commands.findIndex((run) => run.startsWith("npm publish"));
  const checked = commands.indexOf(".ci/run");
  expect(checked).toBeGreaterThan(0);
  expect(published).toBeGreaterThan(checked);
});

test("the lock file names no registry", async () => {
  const { packages }: { packages: Record<string, { resolved?: string }> } = JSON.parse(
    await read("package-lock.json"),
  );
  const addresses = Object.values(packages).filter(({ resolved = "" }) => /^[a-z+]+:\/\//.test(resolved));
  expect(addresses).toEqual([]);
});

test.each(["provider", "emulator"])(
  "docs/dependencies.md has a reason for each of %s's",
  async (workspace) => {
    const { name, dependencies } = JSON.parse(await read(workspace, "package.json"));
    const [, section = ""] = readDocument("docs/dependencies.md").text.split(`## ${name}\n`);
    // The first table; another one has packages that are not taken.
    const [table = ""] = section.trimStart().split("\n\n");
    const named = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, found]) => found);
    expect(named).toEqual(Object.keys(dependencies).sort());
  },
);
