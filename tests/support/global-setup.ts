import { ensurePulumi } from "../../tools/pulumi-cli.mjs";

/** Makes sure once that there is a Pulumi CLI, so that no test is the one that waits for its build. */
export default async function globalSetup(): Promise<void> {
  await ensurePulumi();
}
