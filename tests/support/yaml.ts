import { type DeploymentOptions, startDeployment, type TestDeployment } from "./deployment";
import { PLUGIN_FOLDER, type ProjectFiles } from "./pulumi";

/** What a YAML program declares, as its file has it. */
export interface YamlProgram {
  readonly resources: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The project file, which is the program too; JSON is YAML. */
export function yamlProject(program: YamlProgram): ProjectFiles {
  const plugins = { providers: [{ name: "up42", path: PLUGIN_FOLDER }] };
  return { "Pulumi.yaml": JSON.stringify({ name: "test", runtime: "yaml", plugins, ...program }, null, 2) };
}

/** As {@link startDeployment}, with a YAML program. */
export async function startYamlDeployment({
  program,
  ...options
}: Omit<DeploymentOptions, "program"> & {
  readonly program: (receiverUrl: string) => YamlProgram;
}): Promise<TestDeployment> {
  return await startDeployment({
    ...options,
    program: (receiverUrl) => ({ files: yamlProject(program(receiverUrl)) }),
  });
}

/** A reference to a resource, or to one of its outputs, such as `orders.id`. */
export function reference(path: string): string {
  return `\${${path}}`;
}
