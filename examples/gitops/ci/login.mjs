// Usage: node ci/login.mjs
// Logs in to Pulumi Cloud with the job's own identity. With a state of your own (PULUMI_BACKEND_URL), there is nothing
// to log in to.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { required } from "./rest.mjs";
import { run, runMain } from "./run.mjs";

await runMain(async () => {
  const organization = process.env.PULUMI_ORGANIZATION;
  if (!organization) return 0;
  // As a file, since everybody on a machine can see the arguments of a command.
  const folder = await mkdtemp(join(tmpdir(), "pulumi-login-"));
  try {
    const file = join(folder, "token");
    await writeFile(file, required("PULUMI_ID_TOKEN", "declare it under id_tokens."), { mode: 0o600 });
    const { exitCode } = await run("pulumi", [
      "login",
      "--oidc-org",
      organization,
      "--oidc-token",
      `file://${file}`,
    ]);
    return exitCode;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
