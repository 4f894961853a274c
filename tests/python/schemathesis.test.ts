import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_ACCOUNT, type EmulatorOptions, startEmulator } from "../../emulator/src";
import { login } from "../emulator/client";
import { pythonWith, run } from "./environment";

const SCHEMATHESIS = "schemathesis==4.32.5";
/** `SCHEMATHESIS_EXAMPLES=150 npx jest tests/python/schemathesis` sends some thousands of requests. */
const EXAMPLES = process.env.SCHEMATHESIS_EXAMPLES ?? "8";
const DESCRIPTION = join(__dirname, "../../emulator/openapi.yaml");
/** What each answer has to be. */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "unsupported_method",
  "use_after_free",
  "ensure_resource_availability",
];

test.each<[string, EmulatorOptions]>([
  ["by default", {}],
  [
    "with every option on its other side",
    {
      deleteStatus: 200,
      errorFormat: "problem",
      secretVisibility: "omitted",
      uniqueUrls: true,
      unknownFields: "refuse",
      userinfoScope: "none",
    },
  ],
])("no request makes the emulator fail, hang, or leave its description: %s", async (_, options) => {
  const python = await pythonWith(SCHEMATHESIS);
  const folder = await mkdtemp(join(tmpdir(), "schemathesis-"));
  const emulator = await startEmulator({ testTimeoutSeconds: 0.5, ...options });
  try {
    const config = join(folder, "schemathesis.toml");
    // Made-up workspaces would all be refused.
    await writeFile(config, `[parameters]\n"path.workspaceId" = "${DEMO_ACCOUNT.workspaceId}"\n`);
    const { authorization } = await login(emulator);
    await run(
      python,
      [
        ...["-m", "schemathesis.cli", "--config-file", config, "run", DESCRIPTION, "--url", emulator.url],
        ...[
          "-H",
          `Authorization: ${authorization}`,
          "--checks",
          CHECKS.join(","),
          "--max-examples",
          EXAMPLES,
        ],
        ...["--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure", "--no-color"],
      ],
      folder,
    );
    const operations = new Set(
      emulator.requests.map(({ method, path }) => `${method} ${path.split("/")[1]}`),
    );
    expect([...operations]).toEqual(
      expect.arrayContaining(["POST realms", "POST oauth", "GET users", "GET webhooks", "PUT workspaces"]),
    );
    expect(emulator.requests.length).toBeGreaterThan(300);
  } finally {
    await emulator.close();
    await rm(folder, { recursive: true });
  }
});
