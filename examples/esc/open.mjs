// What `pulumi env open <environment> --format shell` prints, for environments as simple as environment.json, and
// without Pulumi Cloud: an export of each environment variable.
import { readFileSync } from "node:fs";

const { values } = JSON.parse(readFileSync(new URL("environment.json", import.meta.url), "utf8"));

function valueAt(path) {
  const value = path.split(".").reduce((found, name) => found?.[name], values);
  if (value === undefined) {
    throw new Error(`environment.json has no value "${path}".`);
  }
  return value["fn::secret"] ?? value;
}

for (const [name, template] of Object.entries(values.environmentVariables)) {
  const value = template.replace(/\$\{([^}]+)\}/g, (_, path) => valueAt(path));
  console.log(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
}
