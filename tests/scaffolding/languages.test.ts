import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../python/environment";
import { type GeneratedSdk, generateSdk, installPythonSdk, pulumiVirtualenv } from "../support/generated-sdk";
import { createProject, type ProjectFiles, type PulumiProject } from "../support/pulumi";

/** Programs in other languages, and SDKs for them: only what it takes to run them, without a provider. */

/** A package with one resource. */
const SCHEMA = JSON.stringify({
  name: "sample",
  version: "1.2.3",
  resources: { "sample:index:Thing": { properties: { name: { type: "string" } } } },
});

let project: PulumiProject;
let sdk: GeneratedSdk | undefined;

afterEach(async () => {
  await Promise.all([project.dispose(), sdk?.dispose()]);
});

const schema = (): string => join(project.folder, "schema.json");

async function deploy(files: ProjectFiles): Promise<Record<string, unknown>> {
  project = await createProject({
    program: { files: { ...files, "schema.json": SCHEMA } },
    config: { greeting: "hello" },
    // Go completes the lists of modules by itself.
    env: { GOFLAGS: "-mod=mod" },
  });
  await project.up();
  return await project.outputs();
}

test("a program in YAML runs, and a package for Node.js is generated", async () => {
  const yaml = `name: test
runtime: yaml
config:
  greeting: { type: string }
outputs:
  answer: \${greeting}, YAML
`;
  expect(await deploy({ "Pulumi.yaml": yaml })).toEqual({ answer: "hello, YAML" });
  sdk = await generateSdk("nodejs", schema());
  expect(await readdir(sdk.folder)).toContain("thing.ts");
});

test("a program in Python runs in its virtual environment, and gets a generated SDK", async () => {
  const { folder: virtualenv, python } = await pulumiVirtualenv();
  const runtime = { name: "python", options: { virtualenv } };
  const program = `import sys, pulumi
pulumi.export("answer", pulumi.Config().require("greeting") + ", Python")
pulumi.export("environment", sys.prefix)
`;
  const files = { "Pulumi.yaml": JSON.stringify({ name: "test", runtime }), "__main__.py": program };
  expect(await deploy(files)).toEqual({ answer: "hello, Python", environment: virtualenv });
  const installed = await installPythonSdk(schema());
  sdk = installed;
  const printed = await run(
    python,
    ["-c", "import pulumi_sample as it; print(it.Thing.__name__)"],
    installed.installed,
  );
  expect(printed).toBe("Thing\n");
});

test("a program in Go runs, and gets a generated SDK", async () => {
  const program = `package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		ctx.Export("answer", pulumi.String(config.Require(ctx, "greeting")+", Go"))
		return nil
	})
}
`;
  const files = {
    "Pulumi.yaml": "name: test\nruntime: go\n",
    "go.mod": "module test\n\ngo 1.25\n\nrequire github.com/pulumi/pulumi/sdk/v3 v3.259.0\n",
    "main.go": program,
  };
  expect(await deploy(files)).toEqual({ answer: "hello, Go" });
  sdk = await generateSdk("go", schema());
  expect(await readdir(join(sdk.folder, "sample"))).toContain("thing.go");
});
