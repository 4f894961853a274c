import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { Up42Error } from "../up42/errors";

const ConfigValues = v.record(v.string(), v.object({ value: v.optional(v.string()) }));

const ExportedStack = v.object({
  deployment: v.object({
    secrets_providers: v.optional(v.object({ type: v.string(), state: v.optional(v.unknown()) })),
    resources: v.optional(
      v.array(
        v.object({
          urn: v.string(),
          type: v.string(),
          id: v.optional(v.string()),
          external: v.optional(v.boolean()),
        }),
      ),
      [],
    ),
  }),
});

/** What this package uses of a stack's state. */
export type StackState = v.InferOutput<typeof ExportedStack>["deployment"];

/** Which stack of which project. */
export interface StackOptions {
  /** A folder of the project. */
  readonly cwd: string;
  /** Default: the selected one. */
  readonly stack?: string | undefined;
}

/** The user's own Pulumi CLI, for one stack. It finds the backend, and who may decrypt, as it always does. */
export class PulumiCli {
  constructor(private readonly options: StackOptions) {}

  /** Whether the folder belongs to a Pulumi project, as the CLI sees it: it, or one above, has a Pulumi.yaml. */
  get isInProject(): boolean {
    const start = resolve(this.options.cwd);
    const parents = [start];
    for (let folder = start; folder !== dirname(folder); ) {
      folder = dirname(folder);
      parents.push(folder);
    }
    return parents.some((folder) =>
      ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].some((name) => existsSync(join(folder, name))),
    );
  }

  /** Such as "v3.259.0". */
  async version(): Promise<string> {
    return (await this.#run(["version"])).trim();
  }

  /** The stack's configuration, decrypted. */
  async config(): Promise<ReadonlyMap<string, string>> {
    const values = this.#parse(
      ConfigValues,
      await this.#run(["config", "--json", "--show-secrets", ...this.#stack()]),
      "pulumi config",
    );
    return new Map(
      Object.entries(values).flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])),
    );
  }

  /** Creates a stack of the project and selects it. @throws Up42Error when there is one with this name, too. */
  async createStack(name: string): Promise<void> {
    await this.#run(["stack", "init", name]);
  }

  async state(): Promise<StackState> {
    const exported = await this.#run(["stack", "export", ...this.#stack()]);
    return this.#parse(ExportedStack, exported, "pulumi stack export").deployment;
  }

  /**
   * Puts a secret into the stack's configuration, or into a configuration file of its own. It goes over standard
   * input: everybody on a machine can see the arguments of a command.
   */
  async setSecret(key: string, value: string, configFile?: string): Promise<void> {
    const file = configFile === undefined ? [] : ["--config-file", configFile];
    await this.#run(["config", "set", "--secret", key, ...file, ...this.#stack()], value);
  }

  #stack(): readonly string[] {
    return this.options.stack === undefined ? [] : ["--stack", this.options.stack];
  }

  /** @throws Up42Error with what the CLI wrote to stderr, which holds no values. */
  async #run(args: readonly string[], input = ""): Promise<string> {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.options.cwd,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      // A command that ends without reading its input says so with its exit code.
      child.stdin.once("error", () => undefined);
      child.once("close", resolve);
    });
    child.stdin.end(input);
    const command = `\`pulumi ${args.slice(0, 2).join(" ")}\``;
    try {
      const [exitCode, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
      if (exitCode !== 0) {
        throw new Up42Error(`Failed to run ${command}: ${stderr.trim() || `exit code ${exitCode}`}`);
      }
      return stdout;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        throw new Up42Error(
          existsSync(this.options.cwd)
            ? `Failed to run ${command}: there is no \`pulumi\` on PATH. Install the Pulumi CLI, or add its folder to PATH.`
            : `Failed to run ${command}: there is no folder "${this.options.cwd}" (--cwd). Name one that exists.`,
          { cause: error },
        );
      }
      throw error;
    }
  }

  #parse<const S extends v.GenericSchema>(schema: S, json: string, command: string): v.InferOutput<S> {
    const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), json);
    if (!result.success) {
      throw new Up42Error(
        `Failed to read what \`${command}\` prints: it has another form. Update the Pulumi CLI and pulumi-up42.`,
      );
    }
    return result.output;
  }
}
